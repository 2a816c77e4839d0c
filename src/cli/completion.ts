/** Scripts that teach a shell the words and flags of the program. Pure: from a list of commands to text. */

export const SHELLS = ['bash', 'zsh', 'fish', 'elvish', 'powershell'] as const
export type Shell = (typeof SHELLS)[number]

export interface CompletionCommand {
  /** Words with spaces between. */
  readonly path: string
  readonly summary: string
  readonly flags: readonly {readonly name: string; readonly char?: string | undefined; readonly summary: string}[]
}

export function completionScript(shell: Shell, program: string, commands: readonly CompletionCommand[]): string {
  return WRITERS[shell](program, planNodes(commands))
}

interface Node {
  /** Words so far; empty at the top. */
  readonly path: string
  readonly words: readonly {readonly word: string; readonly summary: string}[]
  readonly flags: CompletionCommand['flags']
}

/** What may follow each beginning of a line. */
function planNodes(commands: readonly CompletionCommand[]): Node[] {
  const paths = new Set(['', ...commands.flatMap(({path}) => beginnings(path.split(' ')))])
  return [...paths].sort().map((path) => ({
    path,
    words: nextWordsOf(path, commands),
    flags: commands.find((command) => command.path === path)?.flags ?? [],
  }))
}

const beginnings = (words: readonly string[]): string[] => words.map((_, index) => words.slice(0, index + 1).join(' '))

function nextWordsOf(path: string, commands: readonly CompletionCommand[]): Node['words'] {
  const prefix = path === '' ? '' : `${path} `
  const below = commands.filter((command) => command.path.startsWith(prefix) && command.path !== path)
  const words = new Map<string, string>()
  for (const command of below) {
    const [word = '', ...rest] = command.path.slice(prefix.length).split(' ')
    if (rest.length === 0 || !words.has(word)) words.set(word, rest.length === 0 ? command.summary : '')
  }
  return [...words].map(([word, summary]) => ({word, summary}))
}

const longFlags = ({flags}: Node): string[] => flags.map(({name}) => `--${name}`)
const candidates = (node: Node): string => [...node.words.map(({word}) => word), ...longFlags(node)].join(' ')
const quote = (text: string): string => text.replaceAll("'", '’').replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', ' ')

const WRITERS: Readonly<Record<Shell, (program: string, nodes: readonly Node[]) => string>> = {bash, zsh, fish, elvish, powershell}

function bash(program: string, nodes: readonly Node[]): string {
  const name = `_${program.replaceAll('-', '_')}`
  return `# Completion of ${program} for bash: source this file, or put it under /etc/bash_completion.d.
${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word candidates
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) continue ;; esac
    case "$path $word" in
${nodes
  .filter(({path}) => path !== '')
  .map(({path}) => `      "${path.includes(' ') ? path : ` ${path}`}") path="${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${nodes.map((node) => `    "${node.path}") candidates="${candidates(node)}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F ${name} ${program}
`
}

function zsh(program: string, nodes: readonly Node[]): string {
  const name = `_${program.replaceAll('-', '_')}`
  const items = (node: Node): string =>
    [
      ...node.words.map(({word, summary}) => `'${word}:${quote(summary)}'`),
      ...node.flags.map(({name: flag, summary}) => `'--${flag}:${quote(summary)}'`),
    ].join(' ')
  return `#compdef ${program}
# Completion of ${program} for zsh: save it as _${program} in a folder of $fpath.
${name}() {
  local path="" word
  local -a candidates
  for word in "\${words[@]:1:$((CURRENT-2))}"; do
    case "$word" in -*) continue ;; esac
    case "$path $word" in
${nodes
  .filter(({path}) => path !== '')
  .map(({path}) => `      "${path.includes(' ') ? path : ` ${path}`}") path="${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${nodes.map((node) => `    "${node.path}") candidates=(${items(node)}) ;;`).join('\n')}
  esac
  _describe '${program}' candidates || _files
}
compdef ${name} ${program}
`
}

function fish(program: string, nodes: readonly Node[]): string {
  const lines = nodes.flatMap((node) => {
    const condition = `'__${program.replaceAll('-', '_')}_at "${node.path}"'`
    return [
      ...node.words.map(({word, summary}) => `complete -c ${program} -n ${condition} -f -a '${word}' -d '${quote(summary)}'`),
      ...node.flags.map(
        ({name, char, summary}) => `complete -c ${program} -n ${condition} -l '${name}'${char ? ` -s ${char}` : ''} -d '${quote(summary)}'`,
      ),
    ]
  })
  return `# Completion of ${program} for fish: save it as ~/.config/fish/completions/${program}.fish.
function __${program.replaceAll('-', '_')}_at
  set -l words
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; or set -a words $word
  end
  set -l path $argv[1]
  test "$words" = "$path"; or string match -q -- "$path *" "$words"
end
${lines.join('\n')}
`
}

function elvish(program: string, nodes: readonly Node[]): string {
  const cases = nodes.map(
    (node) => `    &'${node.path}'=[${[...node.words.map(({word}) => word), ...longFlags(node)].map((each) => `'${each}'`).join(' ')}]`,
  )
  return `# Completion of ${program} for elvish: add it to ~/.config/elvish/rc.elv.
set edit:completion:arg-completer[${program}] = {|@line|
  var candidates = [
${cases.join('\n')}
  ]
  var path = ''
  for word $line[1..-1] {
    var next = (if (eq $path '') { put $word } else { put $path' '$word })
    if (has-key $candidates $next) { set path = $next }
  }
  all $candidates[$path]
}
`
}

function powershell(program: string, nodes: readonly Node[]): string {
  const cases = nodes.map(
    (node) => `    '${node.path}' = @(${[...node.words.map(({word}) => word), ...longFlags(node)].map((each) => `'${each}'`).join(', ')})`,
  )
  return `# Completion of ${program} for PowerShell: add it to your profile ($PROFILE).
Register-ArgumentCompleter -Native -CommandName '${program}' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $candidates = @{
${cases.join('\n')}
  }
  $path = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    $next = ("$path " + $element.ToString()).Trim()
    if ($candidates.ContainsKey($next)) { $path = $next }
  }
  $candidates[$path] | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`
}
