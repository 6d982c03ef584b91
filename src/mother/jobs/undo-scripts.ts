/**
 * Shell scripts of the Jobs that put back on the mother what our process cannot put back any more. Each tests its own rights and
 * marks itself armed, waits, and changes only what is still as the run has left it. What cannot be read fails the Job, which is
 * then started again: it never says "undone" of something that it did not see.
 */

/** On the Job, set by its own ServiceAccount once its rights are tested. */
export const armedAnnotation = 'catalyst.openova.io/armed';

const kustomizations = 'kustomizations.kustomize.toolkit.fluxcd.io';
const ingresses = 'ingresses.networking.k8s.io';
const middlewares = 'middlewares.traefik.io';

const begin = `set -eu
may() { kubectl auth can-i -q "$@" || { printf 'not allowed: %s' "$*" > /dev/termination-log; exit 1; }; }
`;

/** On the Job, in seconds since 1970: when it saw catalyst-api stopped. A Pod that is made again does not begin to count anew. */
export const stoppedAnnotation = 'catalyst.openova.io/stopped';

const armed = `kubectl -n "$NAMESPACE" annotate job "$NAME" "${armedAnnotation}=true" --overwrite
`;

const wait = `${armed}sleep "$SECONDS_TO_WAIT"
`;

/** Until it has been stopped for long enough, or was not stopped at all in the time there is. A look that fails is made again. */
const waitWhileStopped = `${armed}until=$(($(date -u +%s) + SECONDS_TO_WAIT))
stopped=$(kubectl -n "$NAMESPACE" get job "$NAME" -o 'jsonpath={.metadata.annotations.${stoppedAnnotation.replaceAll('.', '\\.')}}')
while [ -z "$stopped" ] && [ "$(date -u +%s)" -lt "$until" ]; do
  replicas=$(kubectl -n "$NAMESPACE" get deployment "$DEPLOYMENT" --request-timeout=5s -o 'jsonpath={.spec.replicas}') || replicas=
  if [ "$replicas" = 0 ]; then
    stopped=$(date -u +%s)
    kubectl -n "$NAMESPACE" annotate job "$NAME" "${stoppedAnnotation}=$stopped" --overwrite --request-timeout=5s || true
  else
    sleep 2
  fi
done
if [ -n "$stopped" ]; then
  left=$((stopped + DOWN_SECONDS - $(date -u +%s)))
  [ "$left" -le 0 ] || sleep "$left"
fi
`;

/** The binding goes last and takes role and account with it, which it owns. */
const end = `kubectl -n "$NAMESPACE" delete rolebinding "$NAME" --ignore-not-found || true
`;

const undone = `printf '{"undone":true}' > /dev/termination-log
`;

const startCatalyst = `${begin}may patch "deployments.apps/$DEPLOYMENT" -n "$NAMESPACE" --subresource=scale
[ -z "$KUSTOMIZATION" ] || may patch "${kustomizations}/$KUSTOMIZATION" -n "$KUSTOMIZATION_NAMESPACE"
${waitWhileStopped}replicas=$(kubectl -n "$NAMESPACE" get deployment "$DEPLOYMENT" -o 'jsonpath={.spec.replicas}')
if [ "$replicas" = 0 ]; then
  kubectl -n "$NAMESPACE" scale deployment "$DEPLOYMENT" --replicas="$REPLICAS"
fi
if [ -n "$KUSTOMIZATION" ]; then
  suspended=$(kubectl -n "$KUSTOMIZATION_NAMESPACE" get ${kustomizations} "$KUSTOMIZATION" -o 'jsonpath={.spec.suspend}')
  if [ "$suspended" = true ]; then
    kubectl -n "$KUSTOMIZATION_NAMESPACE" patch ${kustomizations} "$KUSTOMIZATION" --type=merge -p "{\\"spec\\":{\\"suspend\\":$SUSPEND}}"
  fi
fi
${undone}if [ -n "$KUSTOMIZATION" ] && [ "$KUSTOMIZATION_NAMESPACE" != "$NAMESPACE" ]; then
  kubectl -n "$KUSTOMIZATION_NAMESPACE" delete rolebinding "$NAME" --ignore-not-found || true
fi
${end}`;

/** The Ingress first, which leads to the Middleware; neither unless it names this Sovereign and this run. */
const removeRedirect = `${begin}for kind in ${ingresses} ${middlewares}; do may delete "$kind/$REDIRECT" -n "$NAMESPACE"; done
${wait}for kind in ${ingresses} ${middlewares}; do
  made=$(kubectl -n "$NAMESPACE" get "$kind" "$REDIRECT" --ignore-not-found -o 'jsonpath={.metadata.labels.catalyst\\.openova\\.io/sovereign} {.metadata.labels.catalyst\\.openova\\.io/run}')
  if [ "$made" = "$FQDN $RUN" ]; then
    kubectl -n "$NAMESPACE" delete "$kind" "$REDIRECT" --ignore-not-found
  fi
done
${undone}${end}`;

/** By the value of the job label on everything that belongs to such an undo. */
export const undoScripts = { 'undo-kill': startCatalyst, 'undo-redirect': removeRedirect } as const;

export type UndoJob = keyof typeof undoScripts;
