import { isIPv6 } from 'node:net'
import { BadName, expandRanges } from '../read/range.js'

/** Names that neither a pattern nor a command line can misread. */
const plainName = /^[\p{L}\p{N}_][\p{L}\p{N}_.+=@-]*$/u
/**
 * Control characters: a terminal could take them for a command, and in a name they are a mistake.
 */
const control = /\p{Cc}/u

/** Whether a host name can be used: it becomes a command-line argument and part of file names. */
export const isFitName = (name: string): boolean => plainName.test(name) || isAddress(name)

/** As in Ansible a group may have almost any name. @throws BadName */
export function checkGroupName(name: string): void {
  if (name === '' || control.test(name))
    throw new BadName(`${JSON.stringify(name)} is no name of a group`, 'choose another name')
}

/**
 * Whether a name is an IPv6 address. The check for a colon goes first, because `isIPv6` compiles a
 * regular expression on first use, which takes 3 ms.
 */
export const isAddress = (name: string): boolean => name.includes(':') && isIPv6(name)

/** The hosts that one entry of an inventory names, and the port for all of them. */
export interface NamedHosts {
  readonly names: readonly string[]
  readonly port: number | null
}

/**
 * Parses an inventory's host entry: a name or an address, optionally with ranges, optionally with a
 * port (`web[1:3]:2222`, `[2001:db8::7]:22`). A name that cannot be used is an error only when that
 * host is selected.
 * @throws BadName
 */
export function namedHosts(written: string): NamedHosts {
  const inBrackets = /^\[(.+)\]:(\d{1,5})$/.exec(written)
  const withPort = inBrackets ?? /^((?:[^:[\]]|\[[^\]]*\])*):(\d{1,5})$/.exec(written)
  const [, base = written, port] = withPort ?? []
  const names = isAddress(base) ? [base] : expandRanges(base)
  // Refused by Ansible, too: both suggest YAML in an INI file.
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
