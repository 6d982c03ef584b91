/** Where people sign in to a Sovereign, as whom, and which kept credential opens it. One home for address and name. Pure. */

export interface Login {
  name: string;
  address: string;
  username: string;
  /** Name of the password in the credential store, and where the same value lies in the cluster. */
  credential: string;
  /** What a person should know before using it. */
  note: string;
}

/** What a person should know before typing such an address into a browser. */
export const labAddresses = 'These addresses exist in the lab only: no browser on this machine can open them.';

const emergency = 'for an emergency when nobody can sign in through the realm';

export function logins(fqdn: string): readonly Login[] {
  const login = (name: string, host: string, username: string, secret: string, note: string): Login => ({
    name,
    address: `https://${host}.${fqdn}`,
    username,
    credential: `generated/${secret}`,
    note,
  });
  return [
    {
      ...login(
        'sovereign-admin',
        'auth',
        'sovereign-admin',
        'keycloak/sovereign-admin/password',
        'the initial password, which you must change at the first sign-in; the account also opens Gitea, Harbor and Grafana (through Keycloak). The console has no login in this version',
      ),
      address: `https://auth.${fqdn}/realms/sovereign/account`,
    },
    login('keycloak-admin', 'auth', 'admin', 'keycloak/keycloak-admin/password', 'to manage the realms themselves'),
    login('gitea-admin', 'gitea', 'gitea_admin', 'gitea/gitea-admin/password', emergency),
    login('harbor-admin', 'harbor', 'admin', 'harbor/harbor-admin/password', emergency),
    login('grafana-admin', 'grafana', 'admin', 'observability/grafana-admin/admin-password', emergency),
  ];
}
