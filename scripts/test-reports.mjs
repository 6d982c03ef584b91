#!/usr/bin/env node
// What vitest's JSON reports say, for `.ci/run`.
//   test-reports.mjs failed REPORT            the files that failed, a line each, relative to this folder
//   test-reports.mjs total REPORT[=AGAIN] …   names every failed test, then counts; exit status 1 if one failed
// AGAIN is the report of a second run of REPORT's failed files: what passed there counts as passed, and is named.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** The report at `path`; null when no run wrote one to its end. */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

const fileOf = ({ name }) => relative(process.cwd(), name);
/** Files of a report that did not pass: a hook or an import may have failed beside every test. */
const failedFiles = (report) => (report?.testResults ?? []).filter(({ status }) => status !== 'passed');
const failedTests = ({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed');

/** Counts of one tier, and a line per file or test that failed. */
function tier(path, againPath) {
  const report = read(path);
  if (report === null || report.numPassedTests === 0) return { passed: 0, failed: 1, lines: [`FAILED: no test of ${path} ended`] };
  const again = againPath && read(againPath);
  const passedAgain = new Set((again?.testResults ?? []).filter(({ status }) => status === 'passed').map(fileOf));
  const counts = { passed: report.numPassedTests, failed: 0, lines: [] };
  for (const file of failedFiles(report)) {
    const name = fileOf(file);
    const tests = failedTests(file);
    const told = tests.length > 0 ? tests.map(({ fullName }) => `${name} > ${fullName}`) : [`${name}: ${file.message || 'a hook failed'}`];
    if (passedAgain.has(name)) {
      counts.passed += tests.length;
      counts.lines.push(...told.map((line) => `PASSED ONLY WHEN RUN AGAIN: ${line}`));
    } else {
      counts.failed += Math.max(1, tests.length);
      counts.lines.push(...told.map((line) => `FAILED: ${line}`));
    }
  }
  // What failed beside every file, such as an unhandled rejection.
  if (!report.success && counts.lines.length === 0) {
    counts.failed += 1;
    counts.lines.push(`FAILED: ${path}: the run failed though every file passed`);
  }
  return counts;
}

const [verb, ...args] = process.argv.slice(2);
if (verb === 'failed') {
  for (const file of failedFiles(read(args[0]))) console.log(fileOf(file));
} else {
  const tiers = args.map((arg) => tier(...arg.split('=')));
  for (const { lines } of tiers) for (const line of lines) console.log(line);
  const sum = (key) => tiers.reduce((total, each) => total + each[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}
