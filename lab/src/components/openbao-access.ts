/** Who may do what in OpenBao: by the roles and policies of its configuration, and by those that were written after its first boot. */
export interface Login {
  role: string;
  /** Name and namespace of the ServiceAccount whose token was given. */
  account: string;
  namespace: string;
}

export type Use = Login & { path: string; capability: 'create' | 'read' };

export interface OpenBaoAccess {
  /** @throws Error unless the role is bound to this ServiceAccount */
  admit(configuration: string, login: Login): void;
  /** @throws Error as `admit`, and `permission denied` unless the policy of that role allows it on the path */
  authorize(configuration: string, use: Use): void;
  learnPolicy(name: string, hcl: string): void;
  learnRole(name: string, role: Record<string, string>): void;
}

export function createOpenBaoAccess(): OpenBaoAccess {
  const policies = new Map<string, string>();
  const roles = new Map<string, Record<string, string>>();

  const bindingOf = (configuration: string, role: string) => {
    const learned = roles.get(role);
    if (learned) return (key: string): string[] => learned[key]?.split(',') ?? [];
    return (key: string): string[] =>
      new RegExp(`auth/kubernetes/role/${role}"[\\s\\S]*?${key}\\s*=\\s*"([^"]*)"`)
        .exec(configuration)?.[1]
        ?.split(',') ?? [];
  };

  const access: OpenBaoAccess = {
    admit(configuration, { role, account, namespace }) {
      const bound = bindingOf(configuration, role);
      if (!bound('bound_service_account_names').includes(account))
        throw new Error('service account name not authorized');
      if (!bound('bound_service_account_namespaces').includes(namespace)) throw new Error('namespace not authorized');
    },
    authorize(configuration, { path, capability, ...login }) {
      access.admit(configuration, login);
      const [policy] = bindingOf(configuration, login.role)('token_policies');
      const learned = policies.get(policy ?? '');
      const written = learned === undefined ? configuration : `policies/acl/${policy}" ${learned}`;
      const [, rule, may] =
        new RegExp(
          `policies/acl/${policy}"[\\s\\S]*?path \\\\*"secret/data/([^"\\\\]*)\\\\*" \\{ capabilities = \\[([^\\]]*)`,
        ).exec(written) ?? [];
      const covers = rule === path || (rule?.endsWith('*') && path.startsWith(rule.slice(0, -1)));
      if (!covers || !may?.includes(capability))
        throw new Error(`permission denied: role ${login.role} may not ${capability} secret/data/${path}`);
    },
    learnPolicy: (name, hcl) => void policies.set(name, hcl),
    learnRole: (name, role) => void roles.set(name, role),
  };
  return access;
}
