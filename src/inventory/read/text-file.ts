import { readFileSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { FettleError } from '../../core/errors.js'
import { decodeText } from '../../core/text-encoding.js'
import { systemCode } from './system-code.js'
import { vaultRemedy, vaultSentence } from './value-parts.js'

/** A path as messages show it: relative to the project if it lies in it. */
export function shownPath(project: string, path: string): string {
  const inside = relative(project, path)
  return inside.startsWith('..') || inside === '' ? path : inside
}

export function unreadable(shown: string, cause: unknown): FettleError {
  return new FettleError('inventory-missing', {
    address: shown,
    message: `${shown}: cannot be read (${systemCode(cause) ?? String(cause)})`,
    cause,
  })
}

/**
 * The size limit in bytes. It is far above what YamlFile accepts, and keeps a wrong path such as a
 * disk image out of memory.
 */
const maxBytes = 50_000_000

/**
 * Reads a file synchronously: nothing else can go on meanwhile, and thousands of small files take a
 * tenth of the time.
 * @throws FettleError `inventory-missing` or `inventory-invalid`
 */
export function readText(path: string, shown: string): string {
  try {
    const { size } = statSync(path)
    if (size > maxBytes)
      throw new FettleError('inventory-invalid', {
        address: shown,
        message: `${shown}: is larger than ${String(maxBytes / 1_000_000)} MB`,
      })
    const decoded = decodeText(readFileSync(path))
    if ('text' in decoded) return decoded.text
    throw new FettleError('inventory-invalid', {
      address: shown,
      message: `${shown}: ${decoded.problem}`,
      remedy: 'save the file as UTF-8',
    })
  } catch (cause) {
    if (cause instanceof FettleError) throw cause
    throw unreadable(shown, cause)
  }
}

/** What makes a text unfit for an inventory, with the remedy. */
export function unfitText(
  text: string,
): { readonly message: string; readonly remedy: string } | null {
  if (text.includes('\0'))
    return { message: 'holds a NUL byte', remedy: 'save the file as UTF-8 text' }
  if (text.startsWith('$ANSIBLE_VAULT')) return { message: vaultSentence, remedy: vaultRemedy }
  return null
}
