/** Decides by the Roles and bindings in the store, as the RBAC authorizer does. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Kind } from '../kinds/kinds.js';
import { type LabelSelector, matchesLabelSelector } from '../objects/selectors.js';
import type { Store } from '../objects/store.js';
import type { User, WriteCall } from '../requests/caller.js';
import { forbidden } from '../requests/status.js';

export interface Rule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

export interface Attributes {
  verb: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  /** Instead of a resource. */
  path?: string;
}

export interface Authorizer {
  /** Why it is allowed, or undefined when it is not. */
  allows(user: User, attributes: Attributes): string | undefined;
  /** Refuses a role or binding that grants more than the caller has, unless they may escalate or bind. */
  guard(kind: Kind, object: KubeObject, call: WriteCall): void;
}

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

interface Grant {
  rules: Rule[];
  why: string;
}

const group = 'rbac.authorization.k8s.io';
const masters = 'system:masters';
const hasAny = (list: string[] | undefined, value: string) =>
  list?.some((entry) => entry === '*' || entry === value) ?? false;

export function createAuthorizer(store: Store): Authorizer {
  function rulesOfRole(ref: { kind: string; name: string }, namespace: string | undefined): Rule[] {
    if (ref.kind === 'Role') return store.get(`${group}/roles`, namespace, ref.name)?.rules ?? [];
    const role = store.get(`${group}/clusterroles`, undefined, ref.name);
    const selectors = role?.aggregationRule?.clusterRoleSelectors as LabelSelector[] | undefined;
    if (!role || !selectors) return role?.rules ?? [];
    const parts = store
      .list(`${group}/clusterroles`)
      .filter((other) => selectors.some((selector) => matchesLabelSelector(selector, other.metadata.labels)));
    return [role, ...parts].flatMap((part) => part.rules ?? []);
  }

  function isSubject(user: User, subject: Subject, namespace: string | undefined): boolean {
    if (subject.kind === 'User') return subject.name === user.name;
    if (subject.kind === 'Group') return user.groups.includes(subject.name);
    return user.name === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
  }

  /** Every grant that reaches the user; those of a namespace only when one is asked for. */
  function* grants(user: User, namespace: string | undefined): Generator<Grant> {
    const bindings = store.list(`${group}/clusterrolebindings`);
    if (namespace) bindings.push(...store.list(`${group}/rolebindings`, namespace));
    for (const binding of bindings) {
      const { name, namespace: own } = binding.metadata;
      if (!((binding.subjects ?? []) as Subject[]).some((subject) => isSubject(user, subject, own))) continue;
      const via = own ? `RoleBinding "${name}/${own}"` : `ClusterRoleBinding "${name}"`;
      const why = `RBAC: allowed by ${via} of ${binding.roleRef.kind} "${binding.roleRef.name}"`;
      yield { rules: rulesOfRole(binding.roleRef, own), why };
    }
  }

  const allows: Authorizer['allows'] = (user, attributes) => {
    if (user.groups.includes(masters)) return '';
    for (const { rules, why } of grants(user, attributes.namespace)) {
      if (rules.some((rule) => permits(rule, attributes))) return why;
    }
    return undefined;
  };

  function guard(kind: Kind, object: KubeObject, call: WriteCall): void {
    if (kind.group !== group || call.user.groups.includes(masters)) return;
    const { name, namespace } = object.metadata;
    const isBinding = kind.plural.endsWith('bindings');
    const ref = isBinding ? object.roleRef : { kind: kind.kind, name };
    const resource = ref.kind === 'Role' ? 'roles' : 'clusterroles';
    const verb = isBinding ? 'bind' : 'escalate';
    if (allows(call.user, { verb, group, resource, namespace, name: ref.name }) !== undefined) return;
    const wanted = isBinding ? rulesOfRole(ref, namespace) : ((object.rules ?? []) as Rule[]);
    const held = [...grants(call.user, namespace)].flatMap((grant) => grant.rules);
    const missing = wanted.flatMap(singles).filter((single) => !held.some((rule) => permitsAll(rule, single)));
    if (missing.length === 0) return;
    const text = missing.slice(0, 20).map(ruleText).join('\n');
    const who = `user "${call.user.name}" (groups=${JSON.stringify(call.user.groups).replaceAll(',', ' ')})`;
    throw forbidden(kind, name, `${who} is attempting to grant RBAC permissions not currently held:\n${text}`);
  }

  return { allows, guard };
}

function permits(rule: Rule, asked: Attributes): boolean {
  if (!hasAny(rule.verbs, asked.verb)) return false;
  if (asked.path !== undefined) {
    const { path } = asked;
    return (rule.nonResourceURLs ?? []).some(
      (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
    );
  }
  const resource = asked.subresource ? `${asked.resource}/${asked.subresource}` : (asked.resource ?? '');
  const named = (rule.resourceNames?.length ?? 0) === 0 || rule.resourceNames?.includes(asked.name ?? '');
  const listed =
    hasAny(rule.resources, resource) || (asked.subresource && rule.resources?.includes(`*/${asked.subresource}`));
  return Boolean(named && listed && hasAny(rule.apiGroups, asked.group ?? ''));
}

/** A rule as rules of one verb, one group, one resource each. */
function singles(rule: Rule): Rule[] {
  const urls = (rule.nonResourceURLs ?? []).flatMap((url) =>
    rule.verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [url] })),
  );
  const names = rule.resourceNames?.length ? { resourceNames: rule.resourceNames } : {};
  const resources = (rule.resources ?? []).flatMap((resource) =>
    (rule.apiGroups ?? []).flatMap((apiGroup) =>
      rule.verbs.map((verb) => ({ verbs: [verb], apiGroups: [apiGroup], resources: [resource], ...names })),
    ),
  );
  return [...urls, ...resources];
}

function permitsAll(held: Rule, single: Rule): boolean {
  const [verb = ''] = single.verbs;
  if (single.nonResourceURLs) return permits(held, { verb, path: single.nonResourceURLs[0]! });
  const [resource = '', subresource] = (single.resources?.[0] ?? '').split('/');
  const asked = { verb, group: single.apiGroups?.[0] ?? '', resource, ...(subresource ? { subresource } : {}) };
  const names = single.resourceNames ?? [''];
  return names.every((name) => permits(held, { ...asked, name }));
}

function ruleText(rule: Rule): string {
  const list = (values: string[] | undefined) => JSON.stringify(values ?? []);
  if (rule.nonResourceURLs) return `{NonResourceURLs:${list(rule.nonResourceURLs)}, Verbs:${list(rule.verbs)}}`;
  const names = rule.resourceNames ? `, ResourceNames:${list(rule.resourceNames)}` : '';
  return `{APIGroups:${list(rule.apiGroups)}, Resources:${list(rule.resources)}${names}, Verbs:${list(rule.verbs)}}`;
}
