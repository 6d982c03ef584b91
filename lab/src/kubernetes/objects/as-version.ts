/** Objects as a version of their kind shows them. Stored objects never change, so each is put into JSON once, whoever asks. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { apiVersionOf, type Kind } from '../kinds/kinds.js';

const texts = new WeakMap<KubeObject, string>();

export function asVersion(kind: Kind, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(kind);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

export function asVersionJson(kind: Kind, object: KubeObject): string {
  const version = asVersion(kind, object);
  let text = texts.get(version);
  if (text === undefined) {
    text = JSON.stringify(version);
    texts.set(version, text);
  }
  return text;
}
