/** The lab's table of built-in types is what a real server says they are. A newer server: run this with -u. */
import { expect, test } from 'vitest';
import { createTransport } from '../../../lab/src/kubernetes/client/client-transport.js';
import { builtInKinds } from '../../../lab/src/kubernetes/kinds/built-in-kinds.js';
import { apiVersionOf } from '../../../lab/src/kubernetes/kinds/kinds.js';
import { realServer } from './servers.js';
import { type OpenApiDocument, typeTable } from './type-table.js';

test('types of the built-in kinds', { timeout: 180_000 }, async () => {
  const server = await realServer();
  const transport = createTransport(server.kubeconfig, 'conformance');
  const kinds = builtInKinds();
  const roots = new Set(kinds.map((kind) => `${kind.group ? 'apis' : 'api'}/${apiVersionOf(kind)}`));
  const documents = [];
  for (const root of roots) {
    documents.push(JSON.parse((await transport.raw('GET', `/openapi/v3/${root}`, {})).body) as OpenApiDocument);
  }
  transport.close();
  await server.close();
  const table = typeTable(documents, new Set(kinds.map((kind) => `${apiVersionOf(kind)}/${kind.kind}`)));
  await expect(`${JSON.stringify(table, undefined, 2)}\n`).toMatchFileSnapshot(
    '../../../lab/src/kubernetes/kinds/built-in-types.json',
  );
});
