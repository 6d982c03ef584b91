/** Whether something would cross a network unencrypted. Pure. */
import { isLoopback } from '../dialer/proxies.js';

/** True for an http:// address whose host is not this machine. What is no URL is not one. */
export function isPlainRemote(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'http:' && !isLoopback(url.hostname);
}
