/**
 * The types of the built-in kinds as the lab keeps them, written from a real server's OpenAPI documents: names, types, enums and how
 * lists merge; no descriptions. The notation is read by lab/src/kubernetes/kinds/built-in-types.ts and described there.
 */
interface Property {
  $ref?: string;
  allOf?: Property[];
  oneOf?: Property[];
  type?: string;
  format?: string;
  enum?: string[];
  items?: Property;
  additionalProperties?: Property;
  properties?: Record<string, Property>;
  required?: string[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

export interface OpenApiDocument {
  components?: { schemas?: Record<string, Property> };
}

/** @param served `apps/v1/Deployment`, … of the kinds the lab has */
export function typeTable(documents: readonly OpenApiDocument[], served: ReadonlySet<string>): Record<string, string> {
  const schemas = Object.assign({}, ...documents.map((one) => one.components?.schemas)) as Record<string, Property>;
  const table: Record<string, string> = {};
  const visit = (name: string) => {
    const schema = schemas[name];
    if (!schema || keyOf(name) in table || primitiveOf(name, schema)) return;
    const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? '* ' : '';
    table[keyOf(name)] = '';
    const fields = Object.entries(schema.properties ?? {}).map(([field, property]) => {
      // Go writes an empty list or map only where the field is required.
      const kept = (property.items || property.additionalProperties) && schema.required?.includes(field) ? '!' : '';
      return `${field}=${typeText(property, name)}${kept}`;
    });
    table[keyOf(name)] = `${atomic}${fields.join(' ')}`;
  };
  const refText = (ref: string, from: string) => {
    const name = ref.slice(ref.lastIndexOf('/') + 1);
    const primitive = primitiveOf(name, schemas[name] ?? {});
    if (primitive) return primitive;
    visit(name);
    const key = keyOf(name);
    const own = keyOf(from).slice(0, keyOf(from).lastIndexOf('.') + 1);
    return key.startsWith(own) ? key.slice(own.length) : key;
  };
  function typeText(property: Property, from: string): string {
    const ref = property.$ref ?? property.allOf?.[0]?.$ref;
    const atomic = property['x-kubernetes-map-type'] === 'atomic' ? '*' : '';
    if (ref) return `${refText(ref, from)}${atomic}`;
    if (property.items) return `${typeText(property.items, from)}[${listText(property)}]`;
    if (property.additionalProperties) return `${typeText(property.additionalProperties, from)}{}${atomic}`;
    if (property.enum) return `(${property.enum.join('|')})`;
    return scalarText(property);
  }
  for (const [name, schema] of Object.entries(schemas)) {
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      const full = [group, version, kind].filter(Boolean).join('/');
      if (!served.has(full)) continue;
      visit(name);
      table[full] = keyOf(name);
    }
  }
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Keys of a keyed list, `set`, or nothing. */
const listText = (property: Property): string =>
  property['x-kubernetes-list-type'] === 'set' ? 'set' : (property['x-kubernetes-list-map-keys'] ?? []).join(',');

function scalarText({ type, format }: Property): string {
  if (type === 'string') return format === 'byte' ? 'bytes' : 'string';
  if (type === 'integer') return format ?? 'int64';
  if (type === 'number') return 'float64';
  return type === 'boolean' ? 'bool' : 'any';
}

/** Types that are written as one value, however they are kept in Go. */
function primitiveOf(name: string, schema: Property): string | undefined {
  if (name.endsWith('.IntOrString')) return 'intstr';
  if (name.endsWith('.Quantity')) return 'quantity';
  if (schema.format === 'date-time') return 'time';
  return schema.properties || name.endsWith('SubresourceStatus') ? undefined : 'any';
}

/** `io.k8s.api.core.v1.Container` → `core/v1.Container` */
function keyOf(name: string): string {
  const [kind = '', version = '', group = ''] = name.split('.').reverse();
  return `${group}/${version}.${kind}`;
}
