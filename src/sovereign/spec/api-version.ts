/** The apiVersion of sovereign.yaml: a group of its own, so that no cluster that has upstream's CRD `Sovereign` accepts the file. */
export const specApiVersion = 'cli.catalyst.openova.io/v1alpha1';
/** Used before. Upstream's CRD has this group, version and kind, requires only fqdn, and keeps every field that it does not know. */
const formerApiVersion = 'catalyst.openova.io/v1alpha1';

/** The document as it reads today, and what to change in a file of the former version. */
export function currentDocument(document: unknown, path: string): { document: unknown; warnings: string[] } {
  if ((document as { apiVersion?: unknown } | null)?.apiVersion !== formerApiVersion) return { document, warnings: [] };
  const warning =
    `${path} has the apiVersion ${formerApiVersion}, which belongs to a CRD of OpenOva: kubectl apply would create a wrong ` +
    `Sovereign from this file. Change the line to "apiVersion: ${specApiVersion}".`;
  return { document: { ...(document as object), apiVersion: specApiVersion }, warnings: [warning] };
}
