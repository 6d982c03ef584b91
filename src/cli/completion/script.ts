/** Completion scripts, made from the names of commands and flags: a shell runs nothing of catalyst to complete a word. */
import { blueprintNames } from '../../blueprints/catalog/catalog.js';
import { glossary } from '../../sovereign/glossary.js';
import { commandFlags } from '../../support/commands/command-flags.js';
import { phases, tickets } from '../../walk/wbs.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const ids = Object.keys(commandFlags).filter((id) => id !== '');
const first = () => [...new Set(ids.map((id) => id.split(' ')[0]!)), 'help'].sort();
const verbsOf = (topic: string) => ids.filter((id) => id.startsWith(`${topic} `)).map((id) => id.split(' ')[1]!);
const flagsOf = (id: string) =>
  [...commandFlags[id as keyof typeof commandFlags], ...commandFlags['']].map((flag) => `--${flag}`);

/** First arguments that are known. */
function argumentsOf(id: string): string[] {
  const [topic] = id.split(' ');
  if (topic === 'ticket' && id !== 'ticket list') return tickets.map((one) => one.id.slice(1));
  if (topic === 'phase' && id !== 'phase list') return phases.map((one) => String(one.id));
  if (topic === 'blueprint' && id !== 'blueprint list') return [...blueprintNames];
  if (id === 'explain') return Object.keys(glossary).filter((term) => !term.includes(' '));
  if (id === 'open') return ['console', 'account', 'git', 'registry', 'grafana', 'report'];
  if (id === 'completion') return [...shells];
  return [];
}

/** Names of the labs on this machine, as a shell finds them. */
const labs = 'ls "${XDG_STATE_HOME:-$HOME/.local/state}/catalyst/labs" 2>/dev/null';
const takesLab = (id: string) => ['lab up', 'lab down', 'lab status'].includes(id);

export function completionScript(shell: Shell): string {
  return shell === 'fish' ? fishScript() : shell === 'zsh' ? zshScript() : bashScript();
}

/** `a b)`, `a)` and the empty command, with the words that may follow. */
function cases(): string {
  const topics = first().filter((topic) => verbsOf(topic).length > 0);
  return [
    ...ids.map(
      (id) =>
        `    '${id}') found="${[...argumentsOf(id), ...flagsOf(id)].join(' ')}"${takesLab(id) ? `; found="$found $(${labs})"` : ''} ;;`,
    ),
    ...topics.map((topic) => `    '${topic}') found="${verbsOf(topic).join(' ')}" ;;`),
    `    '') found="${first().join(' ')}" ;;`,
  ].join('\n');
}

const choose = () => `  case "$words" in
${cases()}
    *) found="" ;;
  esac
  case "$before" in
    --lab) found="$(${labs})" ;;
    --spec|--kubeconfig|--mother-kubeconfig|--output|--out) found="" ;;
  esac`;

function bashScript(): string {
  return `# bash completion of catalyst; made by: catalyst completion bash
_catalyst() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words="" found="" word index
  for ((index = 1; index < COMP_CWORD && index < 3; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in -*) break ;; esac
    words="\${words:+$words }$word"
  done
  case " ${topicsWithout()} " in *" \${words%% *} "*) words="\${words%% *}" ;; esac
${choose()}
  COMPREPLY=($(compgen -W "$found" -- "$current"))
}
complete -o default -F _catalyst catalyst
`;
}

/** Commands of one word: what follows them is no verb. */
const topicsWithout = () =>
  first()
    .filter((name) => verbsOf(name).length === 0)
    .join(' ');

function zshScript(): string {
  return `#compdef catalyst
# zsh completion of catalyst; made by: catalyst completion zsh
_catalyst() {
  local words_before=("\${(@)words[2,CURRENT-1]}") before="\${words[CURRENT-1]}" typed="" found="" word
  for word in $words_before; do
    [[ "$word" == -* ]] && break
    typed="\${typed:+$typed }$word"
    [[ "$typed" == *" "* ]] && break
  done
  case " ${topicsWithout()} " in *" \${typed%% *} "*) typed="\${typed%% *}" ;; esac
${choose().replace('case "$words" in', 'case "$typed" in')}
  compadd -- \${=found}
  [[ -z "$found" ]] && _files
}
if [ "$funcstack[1]" = "_catalyst" ]; then _catalyst "$@"; else compdef _catalyst catalyst; fi
`;
}

function fishScript(): string {
  const lines = [
    '# fish completion of catalyst; made by: catalyst completion fish',
    'complete -c catalyst -f',
    `complete -c catalyst -n __fish_use_subcommand -a '${first().join(' ')}'`,
  ];
  for (const topic of first().filter((name) => verbsOf(name).length > 0)) {
    const verbs = verbsOf(topic).join(' ');
    const open = `__fish_seen_subcommand_from ${topic}; and not __fish_seen_subcommand_from ${verbs}`;
    lines.push(`complete -c catalyst -n '${open}' -a '${verbs}'`);
  }
  for (const id of ids) {
    const seen = id
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
    const known = argumentsOf(id).join(' ');
    if (known !== '') lines.push(`complete -c catalyst -n '${seen}' -a '${known}'`);
    if (takesLab(id))
      lines.push(
        `complete -c catalyst -n '${seen}' -a '(${labs.replaceAll('"', '').replace('${XDG_STATE_HOME:-$HOME/.local/state}', '$HOME/.local/state')})'`,
      );
    for (const flag of commandFlags[id as keyof typeof commandFlags])
      lines.push(`complete -c catalyst -n '${seen}' -l ${flag}`);
  }
  for (const flag of commandFlags['']) lines.push(`complete -c catalyst -l ${flag}`);
  return `${lines.join('\n')}\n`;
}
