import { expect, it } from 'vitest';
import { substitute } from '../../../../src/blueprints/render/substitute.js';

const variables = { fqdn: 'a.example', count: 3, secure: true, organization: 'O "x"\n${fqdn} {{ .Values }}' };
const where = 'test';

it('keeps the type of a value that stands alone, and leaves $${ for others', () => {
  const value = { a: '${count}', b: '${secure}', c: 'https://x.${fqdn}/', d: '$${AWS_KEY}', e: ['${fqdn}'] };
  expect(substitute(value, variables, { where })).toEqual({
    a: 3,
    b: true,
    c: 'https://x.a.example/',
    d: '${AWS_KEY}',
    e: ['a.example'],
  });
});

it('takes a value as data: what is in it is not looked at again', () => {
  expect(substitute({ a: '${organization}' }, variables, { where })).toEqual({ a: variables.organization });
});

it.each([
  ['an unknown variable', 'x ${nothing}', {}, /nothing, which does not exist/],
  ['a prototype name', '${constructor}', {}, /does not exist/],
  ['a value with a quote inside a text', 'config "${organization}"', {}, /are not allowed inside a string/],
  ['a value that a chart would evaluate', '${organization}', { forHelm: true }, /would evaluate/],
])('refuses %s', (_, text, options, message) => {
  expect(() => substitute(text, variables, { where, ...options })).toThrowError(message);
});
