/** Firewalls; one that is applied to anything, be it by selector, cannot be deleted. */
import type { Firewall, FirewallRule, FirewallUse } from 'catalyst/hetzner/api/types.js';
import { invalid, refuse } from '../problem.js';
import { assertUniqueName, type Project } from '../project.js';
import { labelSelector } from '../selector.js';
import { type Body, type Kind, noContent } from './kind.js';

function rule(body: Body): FirewallRule {
  const protocol = body['protocol'];
  if ((protocol === 'tcp' || protocol === 'udp') && !body['port']) invalid('rules', 'port is required for tcp and udp');
  if (body['direction'] === 'in' && !(body['source_ips']?.length > 0)) invalid('rules', 'source_ips is required');
  return {
    description: body['description'] ?? null,
    direction: body['direction'],
    source_ips: body['source_ips'] ?? [],
    destination_ips: body['destination_ips'] ?? [],
    protocol,
    port: body['port'] ?? null,
  };
}

function create(project: Project, body: Body) {
  assertUniqueName(project, 'firewall', body['name']);
  const firewall: Firewall = {
    id: project.newId(),
    name: body['name'],
    labels: body['labels'] ?? {},
    created: project.now(),
    rules: ((body['rules'] ?? []) as Body[]).map(rule),
    applied_to: (body['apply_to'] ?? []) as FirewallUse[],
  };
  project.items.firewall.set(firewall.id, firewall);
  return { firewall, actions: [project.begin('set_firewall_rules', [{ id: firewall.id, type: 'firewall' }])] };
}

function same(a: FirewallUse, b: FirewallUse): boolean {
  return (
    a.type === b.type && a.server?.id === b.server?.id && a.label_selector?.selector === b.label_selector?.selector
  );
}

function remove(project: Project, firewall: Firewall) {
  if (firewall.applied_to.length > 0) refuse(422, 'resource_in_use', 'firewall is in use');
  project.items.firewall.delete(firewall.id);
  return noContent;
}

function view(project: Project, firewall: Firewall): Firewall {
  const applied_to = firewall.applied_to.map((use): FirewallUse => {
    if (use.type !== 'label_selector') return use;
    const fits = labelSelector(use.label_selector?.selector ?? '');
    const servers = [...project.items.server.values()].filter(({ labels }) => fits(labels));
    return { ...use, applied_to_resources: servers.map(({ id }) => ({ type: 'server', server: { id } })) };
  });
  return { ...firewall, applied_to };
}

export const firewalls: Kind<'firewall'> = {
  type: 'firewall',
  create,
  remove,
  view,
  updatable: ['name', 'labels'],
  actions: {
    set_rules(project, firewall, body) {
      firewall.rules = ((body['rules'] ?? []) as Body[]).map(rule);
      return { actions: [project.begin('set_firewall_rules', [{ id: firewall.id, type: 'firewall' }])] };
    },
    apply_to_resources(project, firewall, body) {
      for (const use of (body['apply_to'] ?? []) as FirewallUse[]) {
        if (firewall.applied_to.some((one) => same(one, use))) {
          refuse(422, 'firewall_already_applied', 'firewall is already applied');
        }
        firewall.applied_to.push(use);
        if (use.server)
          project.find('server', use.server.id).public_net.firewalls?.push({ id: firewall.id, status: 'applied' });
      }
      return { actions: [project.begin('apply_firewall', [{ id: firewall.id, type: 'firewall' }])] };
    },
    remove_from_resources(project, firewall, body) {
      for (const use of (body['remove_from'] ?? []) as FirewallUse[]) {
        if (use.server && !firewall.applied_to.some((one) => same(one, use))) {
          const bySelector = view(project, firewall).applied_to.some((one) =>
            one.applied_to_resources?.some((resource) => resource.server?.id === use.server?.id),
          );
          if (bySelector)
            refuse(422, 'firewall_managed_by_label_selector', 'the server is covered by a label selector');
          refuse(404, 'firewall_resource_not_found', 'the firewall is not applied to this resource');
        }
        firewall.applied_to = firewall.applied_to.filter((one) => !same(one, use));
        const server = project.items.server.get(use.server?.id ?? 0);
        if (server) server.public_net.firewalls = server.public_net.firewalls?.filter(({ id }) => id !== firewall.id);
      }
      return { actions: [project.begin('remove_firewall', [{ id: firewall.id, type: 'firewall' }])] };
    },
  },
};
