/** Kinds that are questions: access reviews and token reviews. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { invalidValue } from '../admission/causes.js';
import type { Attributes, Authorizer } from '../admission/rbac.js';
import type { Identity } from '../kinds/identity.js';
import { apiVersionOf, type Kind } from '../kinds/kinds.js';
import type { User } from './caller.js';
import { badRequest, invalid } from './status.js';

export interface ReviewTools {
  identity: Identity;
  authorizer: Authorizer;
}

/** The review with its answer in `status`. */
export function answerReview(tools: ReviewTools, kind: Kind, given: KubeObject, caller: User): KubeObject {
  const spec = given.spec ?? {};
  const answered = (status: Record<string, unknown>): KubeObject => ({
    ...given,
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    status,
  });
  switch (kind.kind) {
    case 'SelfSubjectAccessReview':
      return answered(access(tools, caller, spec));
    case 'SubjectAccessReview':
      return answered(access(tools, { name: spec.user ?? '', groups: spec.groups ?? [] }, spec));
    case 'TokenReview': {
      const user = tools.identity.ofToken(String(spec.token ?? ''));
      if (!user) return answered({ user: {}, error: 'invalid bearer token' });
      return answered({ authenticated: true, user: { username: user.name, groups: user.groups, uid: user.uid } });
    }
    default:
      throw badRequest(`${kind.kind} is not answered here`);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the spec of a review as it came
function access({ authorizer }: ReviewTools, asked: User, spec: any): Record<string, unknown> {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (!resource && !path)
    throw invalid({ group: 'authorization.k8s.io', plural: '', kind: '' }, '', [
      invalidValue(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ]);
  const attributes: Attributes = resource
    ? {
        verb: resource.verb ?? '',
        group: resource.group ?? '',
        resource: resource.resource ?? '',
        subresource: resource.subresource ?? '',
        namespace: resource.namespace,
        name: resource.name,
      }
    : { verb: path.verb ?? '', path: path.path ?? '' };
  const reason = authorizer.allows(asked, attributes);
  return reason === undefined ? { allowed: false } : { allowed: true, ...(reason ? { reason } : {}) };
}
