import { isIPv6 } from 'node:net'
import { BadName, expandRanges } from '../read/range.js'

/** What neither patterns nor a command line could take for anything but a name. */
const plainName = /^[\p{L}\p{N}_][\p{L}\p{N}_.+=@-]*$/u
/** What a terminal could take for a command, and what nobody means. */
const control = /\p{Cc}/u

/** Whether a host of this name can be used: its name becomes an argument and the name of files. */
export const isFitName = (name: string): boolean => plainName.test(name) || isAddress(name)

/** As with Ansible a group is called as anybody likes. @throws BadName */
export function checkGroupName(name: string): void {
  if (name === '' || control.test(name))
    throw new BadName(`${JSON.stringify(name)} is no name of a group`, 'choose another name')
}

/**
 * Whether a name is an IPv6 address. Node compiles a regular expression of its own to tell, which
 * takes 3 ms.
 */
export const isAddress = (name: string): boolean => name.includes(':') && isIPv6(name)

/** The hosts that an inventory's line names, and the port for all of them. */
export interface NamedHosts {
  readonly names: readonly string[]
  readonly port: number | null
}

/**
 * Reads how an inventory names hosts: a name or an address, perhaps with ranges, perhaps with a
 * port (`web[1:3]:2222`, `[2001:db8::7]:22`). What cannot be used as a name is a problem of that
 * host, when it is selected.
 * @throws BadName
 */
export function namedHosts(written: string): NamedHosts {
  const inBrackets = /^\[(.+)\]:(\d{1,5})$/.exec(written)
  const withPort = inBrackets ?? /^((?:[^:[\]]|\[[^\]]*\])*):(\d{1,5})$/.exec(written)
  const [, base = written, port] = withPort ?? []
  const names = isAddress(base) ? [base] : expandRanges(base)
  // As with Ansible; both are signs of YAML in a file of INI.
  if (written === '---' || written.endsWith(':'))
    throw new BadName(
      `${JSON.stringify(written)} is no name of a host`,
      'give a file of YAML a name that ends with .yml',
    )
  const bad = names.find((name) => name === '' || control.test(name))
  if (bad !== undefined)
    throw new BadName(
      `${JSON.stringify(bad)} is no name of a host`,
      'give it a short name, and its address as ansible_host',
    )
  return { names, port: port === undefined ? null : Number(port) }
}

/** Names in a sentence, the first three of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3)
  const last = names.length > 3 ? `${String(names.length - 3)} more` : (shown.pop() ?? '')
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`
}

/** The end of a sentence about a name that is not known, with the one that was meant perhaps. */
export const orMeant = (guess: string | undefined): string =>
  guess === undefined ? '' : `; did you mean ${guess}?`
