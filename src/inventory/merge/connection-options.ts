import { z } from 'zod'
import { Secret } from '../../core/secret.js'

/** The words that Ansible's `boolean` filter knows. */
const trueWords = ['yes', 'y', 'on', 'true', 't', '1']
const falseWords = ['no', 'n', 'off', 'false', 'f', '0']

const truth = z.union([
  z.boolean(),
  z.union([z.string(), z.number()]).transform((value, context) => {
    const word = String(value).toLowerCase()
    if (trueWords.includes(word)) return true
    if (falseWords.includes(word)) return false
    context.addIssue('no truth')
    return z.NEVER
  }),
])

const address = z
  .string()
  .transform((text) => text.replace(/^\[([0-9A-Fa-f:.]+(%[\w.-]+)?)\]$/, '$1'))
  .pipe(z.string().regex(/^[\p{L}\p{N}_:][\p{L}\p{N}_.:%-]*$/u))
const whole = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
const secret = z.instanceof(Secret)
/** A plugin name, with or without its collection. */
const plugin = <const N extends string>(...names: readonly N[]) =>
  z
    .string()
    .transform((name) => name.replace(/^ansible\.(?:builtin|legacy)\./, ''))
    .pipe(z.enum(names))
/** A program, by its name or path. */
const program = (...names: readonly string[]) =>
  z.string().refine((path) => names.includes(path.replace(/^(?:\/[\w.-]+)*\//, '')))

interface Option {
  /**
   * The variables that set the option. The last one that is set counts: Ansible's ssh and sudo
   * plugins list them in this order, new names before old ones.
   */
  readonly names: readonly string[]
  readonly takes: z.ZodType
  /** The predicate of the error for a value that is not accepted. */
  readonly expected: string
}

const aString = 'must be a string'
const aTruth = 'must be true or false'
/** Domain users may have spaces in their names. */
const userName = z.string().regex(/^[^\s\p{Cc}-](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u)
const aUser = 'must be the name of a user'
const onlySudo = 'must be sudo: Fettle has no other way to become another user'

/** The connection settings that the inventory may have. */
export const connectionOptions = {
  connection: {
    names: ['ansible_connection'],
    takes: plugin('local', 'ssh', 'smart'),
    expected: 'must be ssh or local',
  },
  host: {
    names: ['ansible_host', 'ansible_ssh_host'],
    takes: address,
    expected: 'must be a host name or an address',
  },
  port: {
    names: ['ansible_port', 'ansible_ssh_port'],
    takes: whole.pipe(z.number().int().min(1).max(65535)),
    expected: 'must be a number from 1 to 65535',
  },
  user: { names: ['ansible_user', 'ansible_ssh_user'], takes: userName, expected: aUser },
  password: {
    names: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
    takes: secret,
    expected: aString,
  },
  key: {
    names: ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
    takes: z.string().regex(/^[^\0\r\n]+$/),
    expected: 'must be the path of a file',
  },
  args: { names: ['ansible_ssh_args'], takes: z.string(), expected: aString },
  commonArgs: { names: ['ansible_ssh_common_args'], takes: z.string(), expected: aString },
  extraArgs: { names: ['ansible_ssh_extra_args'], takes: z.string(), expected: aString },
  timeout: {
    names: ['ansible_timeout', 'ansible_ssh_timeout'],
    takes: whole.pipe(z.number().int().min(1)),
    expected: 'must be a whole number of seconds',
  },
  hostKeyChecking: {
    names: ['ansible_host_key_checking', 'ansible_ssh_host_key_checking'],
    takes: truth,
    expected: aTruth,
  },
  become: { names: ['ansible_become'], takes: truth, expected: aTruth },
  becomeUser: {
    names: ['ansible_become_user', 'ansible_sudo_user'],
    takes: userName,
    expected: aUser,
  },
  becomePassword: {
    names: ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
    takes: secret,
    expected: aString,
  },
  // Settings that are accepted only with the value that describes what Fettle does anyway.
  executable: {
    names: ['ansible_ssh_executable'],
    takes: program('ssh'),
    expected: 'must be ssh: Fettle has a client of its own, and asks no other program',
  },
  shellType: {
    names: ['ansible_shell_type'],
    takes: plugin('sh', 'csh', 'fish'),
    expected: 'must be sh: Fettle needs a POSIX shell on the host',
  },
  shell: {
    names: ['ansible_shell_executable'],
    takes: program('sh', 'bash', 'dash', 'ash', 'ksh', 'zsh'),
    expected: 'must be a POSIX shell: Fettle uses /bin/sh',
  },
  becomeMethod: { names: ['ansible_become_method'], takes: plugin('sudo'), expected: onlySudo },
  becomeProgram: {
    names: ['ansible_become_exe', 'ansible_sudo_exe'],
    takes: program('sudo'),
    expected: onlySudo,
  },
  becomeFlags: {
    names: ['ansible_become_flags', 'ansible_sudo_flags'],
    takes: z.string().regex(/^\s*(?:-[HSn]+\s*)*$/),
    expected: 'may hold -H, -S and -n, and no other flag of sudo',
  },
} as const satisfies Readonly<Record<string, Option>>

export type OptionName = keyof typeof connectionOptions

/**
 * Variables that would change where, as whom or how a host is reached, and that Fettle does not
 * support.
 */
interface RefusedNames {
  readonly names: RegExp
  /** They matter only for hosts that are reached in this way. */
  readonly when: 'ssh' | 'become'
  readonly why: string
}

export const refusals: readonly RefusedNames[] = [
  {
    names: /^ansible_sudo$/,
    when: 'become',
    why: 'is an old name that Ansible itself no longer follows: set ansible_become',
  },
  {
    names: /^ansible_su(?:$|_)/,
    when: 'become',
    why: 'asks for su, and Fettle has sudo only: set ansible_become, ansible_become_user and ansible_become_password',
  },
  {
    names: /^ansible_(?:doas|dzdo|enable|ksu|machinectl|pbrun|pfexec|pmrun|runas|sesu)_/,
    when: 'become',
    why: 'is for another way to become a user than sudo, and Fettle has sudo only',
  },
  {
    names: /^ansible_paramiko_/,
    when: 'ssh',
    why: "is for Ansible's paramiko: set ansible_host, ansible_user and the like",
  },
  {
    names: /^ansible_ssh_pkcs11_provider$/,
    when: 'ssh',
    why: 'cannot be followed: load the provider into ssh-agent (ssh-add -s)',
  },
  {
    names: /^ansible_(?:ssh_)?private_key$/,
    when: 'ssh',
    why: 'cannot be followed: put the key into a file of its own, and name it by ansible_ssh_private_key_file',
  },
  {
    names: /^ansible_(?:ssh_)?private_key_passphrase$/,
    when: 'ssh',
    why: 'cannot be followed: add the key to ssh-agent',
  },
  {
    names: /^ansible_network_os$/,
    when: 'ssh',
    why: 'is for network devices, which Fettle does not manage',
  },
]

/** Used by Ansible's file copying through scp and sftp only, which Fettle does not have. */
export const copyingArguments = ['ansible_scp_extra_args', 'ansible_sftp_extra_args'] as const

/** The variables that Fettle supports. */
export const followedNames: readonly string[] = [
  ...Object.values(connectionOptions).flatMap(({ names }): readonly string[] => names),
  ...copyingArguments,
]
const followed: ReadonlySet<string> = new Set(followedNames)

/**
 * Whether a variable affects where, as whom or how a host is reached. Such a variable is either
 * supported or an error of its host.
 */
export const isConnectionName = (name: string): boolean =>
  followed.has(name) || refusals.some(({ names }) => names.test(name))
