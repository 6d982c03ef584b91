import { dnsLabel, fqdn } from '../../../sovereign/spec/field-types.js';
import { lookAtName } from './looks.js';
import type { Question } from './question.js';

/** Name, address and owner of the Sovereign. */
export const identityQuestions: readonly Question[] = [
  {
    id: 'name',
    kind: 'text',
    message: 'Name of the Sovereign',
    help: 'short name of the Sovereign, a DNS label',
    variable: 'CATALYST_NAME',
    path: 'metadata.name',
    initial: () => 'omantel',
    check: (answer) =>
      dnsLabel.safeParse(answer).success || 'Lower-case letters, digits and dashes; begins with a letter; at most 63.',
  },
  {
    id: 'fqdn',
    kind: 'text',
    message: 'Address of the Sovereign (its public name, an FQDN)',
    help: 'public name of the Sovereign',
    variable: 'CATALYST_FQDN',
    path: 'spec.fqdn',
    initial: ({ name }) => (name ? `${name}.omani.works` : undefined),
    check: (answer) =>
      (fqdn.safeParse(answer).success && answer.split('.').length > 2) ||
      'A name below a domain, such as omantel.omani.works.',
    look: lookAtName,
  },
  {
    id: 'organization',
    kind: 'text',
    message: 'Organization that owns it',
    help: 'the Organization that owns the Sovereign',
    variable: 'CATALYST_ORGANIZATION',
    path: 'spec.organization.name',
    check: (answer) => answer.length > 0 || 'A name is needed.',
  },
  {
    id: 'email',
    kind: 'text',
    message: 'E-mail address for certificates and the first administrator',
    short: 'E-mail address',
    help: 'address for ACME and for the first administrator',
    variable: 'CATALYST_EMAIL',
    path: 'spec.organization.email',
    check: (answer) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(answer) || 'An e-mail address is needed.',
  },
];
