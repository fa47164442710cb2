import { FettleError } from '../../core/errors.js'
import type { SshConfigQuery } from './ask-ssh.js'
import type { Target } from '../target.js'

const ownOption = /^-[JFo]/

/** Accepts ssh's `-J`, `-F` and `-o`, each with its value; refuses anything else. */
function commonArguments({ name, commonArguments: given = [] }: Target): readonly string[] {
  for (let index = 0; index < given.length; index += 1) {
    const option = given[index] ?? ''
    if (!ownOption.test(option))
      throw new FettleError('option-invalid', {
        message: `${name}: ansible_ssh_common_args holds ${JSON.stringify(option)}: only -J, -F and -o are understood`,
      })
    if (option.length > 2) continue
    index += 1
    if (given[index] === undefined)
      throw new FettleError('option-invalid', {
        message: `${name}: ansible_ssh_common_args ends with ${option}, which needs a value`,
      })
  }
  return given
}

/**
 * Whether these arguments mean the same for every host name. Proxy options count as equal, since
 * ssh prints their tokens unexpanded.
 */
const areHostIndependent = (given: readonly string[]): boolean =>
  given.every((word) => proxyOption.test(word) || !hostToken.test(word))

const proxyOption = /^(-o)?\s*proxy(command|jump)\b/i
const hostToken = /%|^-F|^(-o)?\s*(host|hostname|match|include|canonical\w*)\b/i

/**
 * What a name may not contain. ssh would take a leading dash for an option, a shell would expand
 * `$`, and OpenSSH itself refuses the rest since 9.6. Domain users have backslashes and spaces in
 * their names: `DOM\\alice`.
 */
const refusedNames = {
  host: /^$|^-|[\s'"`$\\;&<>|(){}]/,
  user: /^$|^-|\s-|\\$|[\p{Cc}'"`$;&<>|(){}]/u,
} as const

/** Builds the `ssh -G` query for a host. @throws FettleError `option-invalid` */
export function questionFor(target: Target, sshConfig: string | undefined): SshConfigQuery {
  checkName(target, 'host')
  checkName(target, 'user')
  const options = [
    ...option('-F', sshConfig),
    ...option('-p', target.port),
    ...option('-l', target.user),
    ...commonArguments(target),
  ]
  return {
    name: target.name,
    host: withoutBrackets(target.host),
    options,
    sshConfig: areHostIndependent(target.commonArguments ?? []) ? sshConfig : null,
  }
}

function checkName(target: Target, what: 'host' | 'user'): void {
  const value = target[what]
  if (value !== undefined && refusedNames[what].test(value))
    throw new FettleError('option-invalid', {
      message: `${target.name}: ${JSON.stringify(value)} is not a name of a ${what}`,
    })
}

const option = (flag: string, value: string | number | undefined): readonly string[] =>
  value === undefined ? [] : [flag, String(value)]

/** Strips the brackets that an IPv6 address may have. */
export const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')
