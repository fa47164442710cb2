/**
 * Every error that Fettle raises on purpose: its code, what it means, and what to do about it.
 * `docs/errors.md` lists the same codes; a test proves that both agree.
 */
export const catalogue = {
  // What the user wrote
  'option-unknown': { summary: 'a resource was given an option that it does not have', remedy: 'remove the option or correct its name' },
  'option-invalid': { summary: 'an option has a value that it cannot have', remedy: 'give a value of the kind that the message names' },
  'resource-conflict': { summary: 'two resources with one address have different options', remedy: 'give both the same options, or keep one' },
  'trigger-missing': { summary: 'a trigger names a resource that no task of this play holds for the host', remedy: 'add the resource to a task, or remove it from the trigger' },
  'secret-exposed': { summary: 'a Secret was about to become text', remedy: 'pass the Secret itself, or join it with the tag secret`…`' },
  'later-exposed': { summary: 'a value that only the host knows was about to become text', remedy: 'use its map(), or join it with the tag secret`…`' },
  'template-failed': { summary: 'a template could not be rendered', remedy: 'correct the template or give it the variable that it names' },
  'source-missing': { summary: 'a file of the project does not exist or cannot be read', remedy: 'create the file or correct its path' },
  'environment-missing': { summary: 'a name is neither in the environment nor in .env', remedy: 'add the name to .env or to the environment' },
  'play-invalid': { summary: 'a task file does not export what it should', remedy: 'export default play({ … }) or a list of plays' },
  'inventory-missing': { summary: 'there is no inventory where one was looked for', remedy: 'create inventory/hosts.yml, or name another inventory with -i' },
  'inventory-invalid': { summary: 'a file of the inventory cannot be understood', remedy: 'correct the file at the place that the message names' },
  'pattern-invalid': { summary: 'a pattern of hosts cannot be understood', remedy: 'write names of hosts and groups, joined by : or , with & or ! before a term' },
  'pattern-no-match': { summary: 'a pattern, or a term of it, matches no host', remedy: 'correct the name, or add the host or group to the inventory' },
  'variable-missing': { summary: 'a variable that the play needs is not set', remedy: 'set it in group_vars, host_vars or the inventory, or with -e' },
  'variable-invalid': { summary: 'a variable has a value that the play cannot take', remedy: 'correct it where the message says that it was set' },
  'variable-undeclared': { summary: '-e sets a variable that no play declares', remedy: 'correct the name, or add it to the schema of the play' },
  'usage': { summary: 'the command line cannot be understood', remedy: 'see fettle --help' },
  // Hosts
  'fact-unknown': { summary: 'the state of something on the host could not be read', remedy: 'see the message of the host' },
  'blocked': { summary: 'something that the resource needs is not there', remedy: 'add a resource that provides it before this one' },
  'action-failed': { summary: 'a command that changes the host ended with a status other than 0', remedy: 'see the output of the command' },
  'still-differs': { summary: 'after a change the host still is not in the desired state', remedy: 'see which difference is left; something else may change it back' },
  'check-failed': { summary: 'a check did not hold in time', remedy: 'see what was answered; the service\'s journal may say more' },
  'host-locked': { summary: 'another run works on the host', remedy: 'wait for it to end, or end it' },
  'stopped': { summary: 'the run was stopped before this was done', remedy: 'run again: it continues where it stopped' },
  'once-failed': { summary: 'a task that runs for one host only has failed there', remedy: 'see the failure of that host' },
  'github-failed': { summary: 'GitHub refused a request, or could not be reached', remedy: 'see GitHub\'s message and the permission that is named' },
  'internal': { summary: 'a defect in Fettle', remedy: 'report it with the message and the task that led to it' },
} as const satisfies Record<string, { readonly summary: string; readonly remedy: string }>

export type ErrorCode = keyof typeof catalogue

export interface ErrorDetail {
  /** What went wrong, in one sentence that names the place and the values. */
  readonly message: string
  /** What to do; the catalogue's remedy when left out. */
  readonly remedy?: string
  /** Where: `web1/mysql.user[app@localhost]`, a file with line, an option. */
  readonly address?: string
  /** The other side's own words, such as the last lines of standard error. */
  readonly detail?: string
  readonly cause?: unknown
}

/** An expected failure with a code that scripts may rely on. */
export class FettleError extends Error {
  readonly code: ErrorCode
  readonly remedy: string
  readonly address: string | null
  readonly detail: string | null

  constructor(code: ErrorCode, { message, remedy, address, detail, cause }: ErrorDetail) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'FettleError'
    this.code = code
    this.remedy = remedy ?? catalogue[code].remedy
    this.address = address ?? null
    this.detail = detail ?? null
  }
}
