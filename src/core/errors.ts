import { scrub } from './scrub/scrub.js'

/**
 * Every error that Fettle raises on purpose: its code, what it means, and what to do about it.
 * `docs/errors.md` lists the same codes; a test proves that both agree.
 */
export const catalogue = {
  // What you wrote
  'option-unknown': {
    summary: 'a resource was given an option that it does not have',
    remedy: 'remove the option or correct its name',
  },
  'option-invalid': {
    summary: 'an option has a value that it cannot have',
    remedy: 'give a value of the kind that the message names',
  },
  'resource-conflict': {
    summary: 'two resources with one address have different options',
    remedy: 'give both the same options, or keep one',
  },
  'kind-invalid': {
    summary: 'a kind of resource or fact, or a backend, has a name that it cannot have',
    remedy: 'put the name of its package in front of its own: acme/redis',
  },
  'trigger-missing': {
    summary: 'a trigger names a resource that no task of this play holds for the host',
    remedy: 'add the resource to a task, or remove it from the trigger',
  },
  'secret-exposed': {
    summary: 'a Secret was about to become text',
    remedy: 'pass the Secret itself, or join it with the tag secret`…`',
  },
  'later-exposed': {
    summary: 'a value that only the host knows was about to become text',
    remedy: 'use its map(), or join it with the tag secret`…`',
  },
  'template-failed': {
    summary: 'a template could not be rendered',
    remedy: 'correct the template or give it the variable that it names',
  },
  'source-missing': {
    summary: 'a file of the project does not exist or cannot be read',
    remedy: 'create the file or correct its path',
  },
  'source-changed': {
    summary: 'a file of the project changed between being read and being sent',
    remedy: 'run again once nothing writes to it; the host keeps the file that it had',
  },
  'environment-missing': {
    summary: 'a name is neither in the environment nor in .env',
    remedy: 'add the name to .env or to the environment',
  },
  'environment-invalid': {
    summary: '.env has a line that programs read in different ways, or cannot read',
    remedy: 'put the value in single quotes',
  },
  'name-unknown': {
    summary:
      'a task file reads a name that is not there: of a variable, of the inventory, of facts or of Fettle',
    remedy:
      'correct the name; a variable that may be missing is declared in the schema of the play with .optional(), and `in` tells whether one is there',
  },
  'play-invalid': {
    summary: 'a task file does not export what it should',
    remedy: 'export default play({ … }) or a list of plays',
  },
  'inventory-missing': {
    summary: 'there is no inventory where one was looked for',
    remedy: 'create inventory/hosts.yml, or name another inventory with -i',
  },
  'inventory-invalid': {
    summary: 'a file of the inventory cannot be understood',
    remedy: 'correct the file at the place that the message names',
  },
  'pattern-invalid': {
    summary: 'a pattern of hosts cannot be understood',
    remedy: 'write names of hosts and groups, joined by : or , with & or ! before a term',
  },
  'pattern-no-match': {
    summary: 'a pattern, or a term of it, matches no host',
    remedy: 'correct the name, or add the host or group to the inventory',
  },
  'variable-missing': {
    summary: 'a variable that the play needs is not set',
    remedy: 'set it in group_vars, host_vars or the inventory, or with -e',
  },
  'variable-invalid': {
    summary: 'a variable has a value that the play cannot take',
    remedy: 'correct it where the message says that it was set',
  },
  'variable-undeclared': {
    summary: '-e sets a variable that no play declares',
    remedy: 'correct the name, or add it to the schema of the play',
  },
  usage: { summary: 'the command line cannot be understood', remedy: 'see fettle --help' },
  // Hosts
  'fact-unknown': {
    summary: 'the state of something on the host could not be read',
    remedy: 'see the message of the host',
  },
  blocked: {
    summary: 'something that the resource needs is not there',
    remedy: 'add a resource that provides it before this one',
  },
  'action-failed': {
    summary: 'a command that changes the host ended with a status other than 0',
    remedy:
      'see what it printed; "Operation not permitted" to root means an immutable file (lsattr) or a file system without owners and modes',
  },
  'trial-failed': {
    summary: 'a trial found that a change would fail, before anything was changed',
    remedy: 'see what it found',
  },
  'still-differs': {
    summary: 'after a change the host still is not in the desired state',
    remedy:
      'see which difference is left: something else may change it back, or the file system does not keep it (modes and owners on vfat)',
  },
  'check-failed': {
    summary: 'a check did not hold in time',
    remedy: "see what was answered; the service's journal may say more",
  },
  'host-locked': {
    summary: 'another run works on the host',
    remedy: 'wait for it to end, or end it',
  },
  stopped: {
    summary: 'the run was stopped before this was done',
    remedy: 'run again: it continues where it stopped',
  },
  'not-begun': {
    summary: "the run ended before the host's turn, because too many others had failed",
    remedy: 'see the failures of the others, then run again for those that are not done',
  },
  'once-failed': {
    summary: 'a task that runs for one host only has failed there',
    remedy: 'see the failure of that host',
  },
  'mysql-failed': {
    summary: 'MariaDB refused a statement or a login, or could not be reached',
    remedy: "see the server's message; its log may say more (journalctl -u mariadb.service)",
  },
  'github-failed': {
    summary: 'GitHub refused a request, or could not be reached',
    remedy: "see GitHub's message and the permission that is named",
  },
  // The lab
  'lab-unavailable': {
    summary: 'this machine cannot run lab hosts',
    remedy: 'run as root on Linux, with the packages that the message names',
  },
  'lab-failed': { summary: 'a step of the lab failed', remedy: 'see the message of the program' },
  // Connections
  unreachable: {
    summary: 'no connection to the host could be made',
    remedy: 'check the name, the port and the network',
  },
  'ssh-handshake-failed': {
    summary: 'the host answered, but not as an SSH server that Fettle can talk to',
    remedy: "check that the port is sshd's, and its log on the host",
  },
  'ssh-auth-failed': {
    summary: 'the SSH server refused the login',
    remedy: 'check the user and the key: ssh -v USER@HOST shows what is tried',
  },
  'ssh-config-invalid': {
    summary: 'OpenSSH cannot read its configuration for the host',
    remedy: 'correct what the message names',
  },
  'ssh-config-unsupported': {
    summary: 'ssh_config asks for something that Fettle cannot do',
    remedy: 'set the option otherwise for this host, in a file that --ssh-config names',
  },
  'key-unreadable': {
    summary: 'a private key cannot be read',
    remedy: 'correct its path or its content',
  },
  'key-permissions': { summary: 'a private key is open to others', remedy: 'chmod 600 the file' },
  'key-encrypted': {
    summary: 'a private key is encrypted',
    remedy: 'add it to ssh-agent with ssh-add',
  },
  'key-public': {
    summary: 'a public key was given where a private one is needed',
    remedy: 'name the file without .pub, or add the private key to ssh-agent',
  },
  'key-unsupported': {
    summary: 'a key is of a type that Fettle cannot use',
    remedy: 'use an ed25519, ecdsa or rsa key for this host',
  },
  'host-key-unknown': {
    summary: "nothing is known of the host's key",
    remedy: "compare the fingerprint with the host's, then accept it with --accept-new",
  },
  'host-key-changed': {
    summary: "the host's key is not the one that is known",
    remedy: 'find out why before anything else: somebody may be in between',
  },
  'host-key-revoked': { summary: "the host's key is revoked", remedy: 'give the host a new key' },
  'connection-lost': {
    summary: 'the connection or the shell ended while something was under way',
    remedy: 'run again: it continues where it stopped',
  },
  'answer-late': {
    summary: 'the host did not answer in time',
    remedy: 'see what the host is busy with; where it needs longer, give the resource a timeout',
  },
  'answer-long': {
    summary: 'the host sends more than Fettle takes',
    remedy: 'see on the host what writes so much; for the output of a command, use a file',
  },
  'shell-not-started': {
    summary: 'the host did not start a shell for Fettle',
    remedy: 'see what it said; ssh HOST /bin/sh -c true must work',
  },
  'sudo-password-wrong': {
    summary: 'sudo refused the password',
    remedy: 'correct the password of the user who logs in',
  },
  'sudo-password-missing': {
    summary: 'sudo wants a password and none was given',
    remedy: 'use -K or ansible_become_password',
  },
  'sudo-denied': {
    summary: 'sudo does not let the user do this',
    remedy: 'permit it in sudoers on the host',
  },
  'sudo-missing': {
    summary: 'the host has no sudo',
    remedy: 'install sudo, or log in as the user that is wanted',
  },
  'sudo-needs-tty': {
    summary: 'sudo on the host wants a terminal',
    remedy: 'add a line "Defaults:USER !requiretty" to sudoers on the host',
  },
  'become-denied': {
    summary: 'only root can act as another user',
    remedy: 'use become: true for the play',
  },
  'forward-failed': {
    summary: 'a socket or port of the host could not be reached through the connection',
    remedy: 'check that the service listens there',
  },
  'forward-forbidden': {
    summary: 'sshd on the host forbids forwarding, and no program there can connect instead',
    remedy:
      'permit it for the user who logs in (AllowTcpForwarding, AllowStreamLocalForwarding, PermitOpen and DisableForwarding in sshd_config), or install perl, python3 or socat on the host',
  },
  internal: {
    summary: 'a defect in Fettle',
    remedy: 'report it with the message and the task that led to it',
  },
} as const satisfies Record<string, { readonly summary: string; readonly remedy: string }>

export type ErrorCode = keyof typeof catalogue

export interface ErrorDetail {
  /** What went wrong, in one sentence that names the place and the values. */
  readonly message: string
  /** What to do; the catalogue's remedy when left out. */
  readonly remedy?: string
  /**
   * A failure's own description by the program, server or API, such as the last lines of standard
   * error.
   */
  readonly address?: string
  /** The other side's own words, such as the last lines of standard error. */
  readonly detail?: string
  readonly cause?: unknown
}

/**
 * An expected failure, with a code that scripts may rely on. Its texts may quote input and output,
 * so they are scrubbed.
 */
export class FettleError extends Error {
  readonly code: ErrorCode
  readonly remedy: string
  readonly address: string | null
  readonly detail: string | null

  constructor(code: ErrorCode, { message, remedy, address, detail, cause }: ErrorDetail) {
    super(scrub(message), cause === undefined ? undefined : { cause })
    this.name = 'FettleError'
    this.code = code
    this.remedy = scrub(remedy ?? catalogue[code].remedy)
    this.address = address === undefined ? null : scrub(address)
    this.detail = detail === undefined ? null : scrub(detail)
  }
}

export const isCode = (error: unknown, code: ErrorCode): error is FettleError =>
  error instanceof FettleError && error.code === code
