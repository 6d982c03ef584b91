/**
 * User data of a server that a NodePool claim creates: a worker like those that catalyst creates, but for its SSH host key. That is
 * catalyst's to fetch the kubeconfig with, and a Secret of the cluster is not the place for it.
 */
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { joinAddressOf } from '../../names.js';
import { cloudInit } from './cloud-init.js';
import { k3sInstaller } from './k3s-installer.js';

/** @param joinToken of k3s; whoever has the result can join a node. Throws E2005 when it would not fit. */
export function poolUserData({ spec }: Sovereign, joinToken: string): string {
  const { k3sVersion, network, sshPublicKey } = spec.hetzner;
  return cloudInit({
    role: 'worker',
    fqdn: spec.fqdn,
    k3sVersion,
    installer: k3sInstaller,
    token: joinToken,
    joinAddress: joinAddressOf(network),
    tlsSans: [],
    authorizedKeys: sshPublicKey ? [sshPublicKey] : [],
  });
}
