import { InvalidArgumentError, Option, type Command } from 'commander'

/** Which hosts: the values of `-i`, `-l` and `-e`. */
export interface HostFlags {
  readonly inventory: readonly string[]
  readonly limit?: string
  readonly extraVars: readonly string[]
}

/** How hosts are reached. */
export interface ConnectionFlags {
  readonly forks?: number
  readonly user?: string
  readonly askPass?: boolean
  readonly become?: boolean
  readonly askBecomePass?: boolean
  readonly connectionPasswordFile?: string
  readonly becomePasswordFile?: string
  readonly sshConfig?: string
  readonly acceptNew?: boolean
}

/** What is shown, and in which form. */
export interface OutputFlags {
  readonly verbose: number
  readonly json?: boolean
  readonly color: boolean
}

/** The flags of a command that does one thing on many hosts. */
export type FleetFlags = HostFlags & ConnectionFlags & OutputFlags

/** The flags of `plan` and `apply`. */
export interface RunFlags extends FleetFlags {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly check?: boolean
  readonly diff?: boolean
  readonly startAtTask?: string
  readonly beginAnyway?: boolean
  /** Whether `apply` shows the plan and asks: always, or only before it removes something. */
  readonly ask?: true | 'removals'
  readonly listHosts?: boolean
  readonly listTasks?: boolean
}

/** A parser of a whole number within a range. */
export const wholeNumber =
  (least: number, most = Infinity) =>
  (text: string): number => {
    const number = Number(text)
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`It must be a whole number${rangeText(least, most)}.`)
    return number
  }

const rangeText = (least: number, most: number): string =>
  most === Infinity ? `, at least ${least}` : ` from ${least} to ${most}`

const repeated = (text: string, before: readonly string[]): readonly string[] => [...before, text]

function listed(text: string, before: readonly string[]): readonly string[] {
  const parts = text.split(',').map((part) => part.trim())
  return [...before, ...parts.filter((part) => part !== '')]
}

/** A flag that may be repeated and collects a list. `empty` describes the default in the help. */
const listFlag = (
  flags: string,
  description: string,
  parse: (text: string, before: readonly string[]) => readonly string[],
  empty: string,
): Option => new Option(flags, description).argParser(parse).default([], empty)

/** Adds `-i`, `-l` and `-e`: which hosts. */
export const withHostFlags = (command: Command): Command =>
  command
    .addOption(
      listFlag(
        '-i, --inventory <PATH>',
        'inventory file or folder, or a list of hosts with a comma; may be repeated',
        repeated,
        'inventory/',
      ),
    )
    .option(
      '-l, --limit <PATTERN>',
      'only hosts that this pattern matches too; @FILE: those that the file names, one a line',
    )
    .addOption(
      listFlag(
        '-e, --extra-vars <VARS>',
        'variables over all others: name=value, YAML or JSON, @file; may be repeated',
        repeated,
        'none',
      ),
    )

/** Adds how hosts are reached, and as whom. `byDefault` is the number of forks. */
export const withConnectionFlags = (command: Command, byDefault = '50'): Command =>
  command
    .option('-f, --forks <NUMBER>', `hosts at once (default: ${byDefault})`, wholeNumber(1))
    .option('-u, --user <NAME>', 'login user of hosts that have none of their own')
    .option(
      '-k, --ask-pass',
      'ask for the login password; without a terminal: a line of standard input',
    )
    .option('-b, --become', 'act as root where neither play, task nor inventory says otherwise')
    .option(
      '-K, --ask-become-pass',
      "ask for sudo's password; without a terminal: a line of standard input, the second one with -k",
    )
    .option(
      '--connection-password-file <FILE>',
      'holds the login password, or is a program that prints it',
    )
    .option(
      '--become-password-file <FILE>',
      "holds sudo's password, or is a program that prints it",
    )
    .option('--ssh-config <FILE>', "instead of ~/.ssh/config, as ssh's -F")
    .option(
      '--accept-new',
      'add unknown host keys to inventory/known_hosts; changed ones are refused all the same',
    )

export const withOutputFlags = (command: Command): Command =>
  command
    .option(
      '-v, --verbose',
      'show more: -v what is ok and why, -vv whole diffs, -vvv where errors were raised',
      (_: string, before: number) => before + 1,
      0,
    )
    .option('--json', 'JSON lines on standard output; everything for people goes to standard error')
    .option('--no-color', 'no colours')

/** Adds all flags of a command that does one thing on many hosts. */
export const withFleetFlags = (command: Command): Command =>
  withOutputFlags(withConnectionFlags(withHostFlags(command)))

const withTaskFlags = (command: Command): Command =>
  command
    .addOption(
      listFlag(
        '-t, --tags <TAGS>',
        "only tasks and resources with one of these tags; a task's name is one",
        listed,
        'all',
      ),
    )
    .addOption(
      listFlag(
        '--skip-tags <TAGS>',
        'leave out tasks and resources with one of these tags',
        listed,
        'none',
      ),
    )
    .option('--start-at-task <NAME>', 'leave out the tasks before this one; a name or a glob')
    .option('-C, --check', 'change nothing: apply -C is plan')
    .option('-D, --diff', 'apply: show the diffs of what is changed')
    .option('--ask', 'apply: show the plan, and ask before anything is changed')
    // An option of its own, since an optional value would take the file's place in `--ask FILE`.
    .addOption(
      new Option(
        '--ask=removals',
        'apply: ask only if something is removed, stopped or cannot be undone',
      ).implies({ ask: 'removals' }),
    )
    .option('--begin-anyway', 'apply: begin also on hosts where a resource is known to fail')
    .option('--list-hosts', 'show which hosts each play would run for, and end')
    .option('--list-tasks', 'show the tasks of each play, and end')

/** Adds the argument and the flags of `plan` and `apply`, named as in Ansible's command line. */
export const withRunFlags = (command: Command): Command =>
  withOutputFlags(
    withConnectionFlags(
      withTaskFlags(
        withHostFlags(
          command.argument('[FILE]', 'exports a play or a list of plays', 'tasks/site.ts'),
        ),
      ),
      "the play's, else 50",
    ),
  )

/** Adds examples to the end of a command's help. */
export const withExamples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`)
