/** The administrator, the organizations and access tokens of the lab's Gitea, and who a request comes from. */
import { randomBytes } from 'node:crypto';
import type { LabRequest } from '../../requests/http-server.js';
import { basicOf } from '../registry/handler.js';

export interface Account {
  id: number;
  login: string;
  admin: boolean;
  organization: boolean;
}

interface AccessToken {
  id: number;
  owner: string;
  name: string;
  secret: string;
}

export interface Accounts {
  find(login: string): Account | undefined;
  addOrganization(login: string): Account;
  remove(login: string): void;
  hasToken(owner: string, name: string): boolean;
  addToken(owner: string, name: string): AccessToken;
  removeToken(owner: string, idOrName: string): boolean;
  /** Undefined: nobody said who they are; null: what they said is wrong. */
  whoIs(request: LabRequest): Promise<Account | undefined | null>;
}

/** `admin` is asked at every log-in, since its password lives in a Secret that may change. */
export function createAccounts(admin: () => Promise<{ username: string; password: string } | undefined>): Accounts {
  const accounts = new Map<string, Account>();
  let tokens: AccessToken[] = [];
  let made = 0;
  const add = (login: string, about: { admin: boolean; organization: boolean }) => {
    const account = { id: ++made, login, ...about };
    accounts.set(login.toLowerCase(), account);
    return account;
  };
  const find = (login: string) => accounts.get(login.toLowerCase());
  const byToken = (secret: string) => {
    const token = tokens.find((one) => one.secret === secret);
    return token ? (find(token.owner) ?? null) : null;
  };
  return {
    find,
    addOrganization: (login) => add(login, { admin: false, organization: true }),
    remove(login) {
      accounts.delete(login.toLowerCase());
      tokens = tokens.filter((token) => token.owner !== login);
    },
    hasToken: (owner, name) => tokens.some((token) => token.owner === owner && token.name === name),
    addToken(owner, name) {
      const token = { id: ++made, owner, name, secret: randomBytes(20).toString('hex') };
      tokens.push(token);
      return token;
    },
    removeToken(owner, idOrName) {
      const before = tokens.length;
      tokens = tokens.filter(
        (token) => token.owner !== owner || (String(token.id) !== idOrName && token.name !== idOrName),
      );
      return tokens.length < before;
    },
    async whoIs(request) {
      const bearer = /^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (bearer) return byToken(bearer);
      const basic = basicOf(request);
      if (!basic) return request.headers.authorization ? null : undefined;
      const root = await admin();
      if (root && basic.username === root.username && basic.password === root.password)
        return find(root.username) ?? add(root.username, { admin: true, organization: false });
      return byToken(basic.password) ?? byToken(basic.username);
    },
  };
}
