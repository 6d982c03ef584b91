/** Kubernetes' protobuf encoding (`k8s\0` and a runtime.Unknown) into the JSON form of the same object. */
import protobuf from 'protobufjs';
import { badRequest, unsupportedMediaType } from '../requests/status.js';
import { messages } from './protobuf-messages.js';

interface FieldRule {
  type: string;
  list: boolean;
  map: boolean;
  pointer: boolean;
}

interface MessageRule {
  type: protobuf.Type;
  fields: Map<string, FieldRule>;
}

const magic = Buffer.from('k8s\0');
const rules = new Map<string, MessageRule>();

/** @throws ApiRefusal 400 for bytes that are no such message, 415 for a kind whose message is not known here */
export function decodeProtobuf(bytes: Buffer): Record<string, unknown> {
  if (!bytes.subarray(0, 4).equals(magic)) throw badRequest('the body is no Kubernetes protobuf message');
  const envelope = decode('Unknown', bytes.subarray(4));
  const { apiVersion, kind } = (envelope.typeMeta ?? {}) as { apiVersion?: string; kind?: string };
  if (!kind || !(kind in messages) || !apiVersion) {
    throw unsupportedMediaType(`${kind} (${apiVersion}) is not understood as application/vnd.kubernetes.protobuf`);
  }
  const raw = Buffer.from((envelope.raw as string | undefined) ?? '', 'base64');
  return { apiVersion, kind, ...decode(kind, raw) };
}

function decode(name: string, bytes: Uint8Array): Record<string, unknown> {
  const { type } = ruleOf(name);
  const plain = type.toObject(type.decode(bytes), { bytes: String, longs: Number });
  return (toJson(name, plain) ?? {}) as Record<string, unknown>;
}

function ruleOf(name: string): MessageRule {
  const known = rules.get(name);
  if (known) return known;
  const rule: MessageRule = { type: new protobuf.Type(name), fields: new Map() };
  rules.set(name, rule);
  for (const text of messages[name]!.split(' ')) {
    const found = /^(\w+)=(\d+)(?::(\w+))?(\[\]|\{\})?(\?)?$/.exec(text);
    if (!found) throw new Error(`the field ${text} of ${name} is not in the table's notation`);
    const [, field = '', number, type = 'string', many, pointer] = found;
    const nested = type in messages;
    const id = Number(number);
    // Messages inside are kept as bytes here and decoded by their own rule, so that rules need no common root.
    const wire = nested ? 'bytes' : type;
    if (many === '{}') rule.type.add(new protobuf.MapField(field, id, 'string', wire));
    else rule.type.add(new protobuf.Field(field, id, wire, many === '[]' ? 'repeated' : 'optional'));
    rule.fields.set(field, { type, list: many === '[]', map: many === '{}', pointer: pointer === '?' });
  }
  new protobuf.Root().add(rule.type);
  return rule;
}

/** One decoded message as JSON would have it: zero values of plain fields left out, times as their text. */
function toJson(name: string, plain: Record<string, unknown>): unknown {
  if (name === 'Time') return timeText(plain);
  const out: Record<string, unknown> = {};
  for (const [field, rule] of ruleOf(name).fields) {
    const value = plain[field];
    if (value === undefined || value === null) continue;
    const json = valueJson(rule, value);
    if (rule.pointer || !isZero(json)) out[field] = json;
  }
  return out;
}

function valueJson(rule: FieldRule, value: unknown): unknown {
  const one = (item: unknown) => (rule.type in messages ? toJsonOfBytes(rule.type, item as string) : item);
  if (rule.list) return (value as unknown[]).map(one);
  if (rule.map) return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, one(item)]));
  return one(value);
}

function toJsonOfBytes(name: string, base64: string): unknown {
  const { type } = ruleOf(name);
  return toJson(name, type.toObject(type.decode(Buffer.from(base64, 'base64')), { bytes: String, longs: Number }));
}

function isZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false || value === undefined || value === null;
}

function timeText({ seconds = 0 }: { seconds?: number }): string | undefined {
  return seconds <= 0 ? undefined : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
