// The review of a wizard's answers on the terminal that it is started on, as compiled; the answers are those of a lab.
import { createPrompter } from '../../dist/src/cli/prompts/prompter.js';
import { review } from '../../dist/src/cli/prompts/review.js';
import { wizardQuestions } from '../../dist/src/cli/prompts/wizard/questions.js';

const answers = JSON.parse(process.argv[2]);
const stop = new AbortController();
const prompter = createPrompter({ available: true, signal: stop.signal, redactor: { redact: (text) => text, register: () => {} } });
const options = { questions: wizardQuestions, prompter, note: (text) => process.stderr.write(`${text}\n`) };
await review({ options, asked: { answers, sources: {} }, refused: new Set() }, async () => {});
