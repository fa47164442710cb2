import { z } from 'zod'
import type { Address } from '../../core/address.js'
import { FettleError } from '../../core/errors.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { undoPlace, type UndoKind } from '../../core/undo.js'
import type { Block, Session } from '../../ssh/session.js'
import { actionFailure } from '../host/action-failure.js'
import { inFolder, type KeptRecord } from './keeper.js'
import listText from './list.sh.js'

/** What became of a thing. */
export interface TakenBack {
  readonly address: Address
  /** Null where its state is as it was. */
  readonly error: FettleError | null
}

/** A thing that a run has kept, with its folder. */
interface Found extends KeptRecord {
  readonly folder: string
}

const record = z.strictObject({ address: z.string(), kind: z.string(), key: z.unknown() })

/**
 * Takes back what a run has changed on a host, the newest change first, by what the host has kept.
 * @param kinds finds the kind that has kept a resource's state; null where there is none
 * @throws FettleError `action-failed` where what was kept cannot be read
 */
export async function takeBack(
  session: Session,
  run: string,
  kinds: (address: Address, kind: string) => UndoKind<never> | null,
): Promise<readonly TakenBack[]> {
  const found = await keptBy(session, run)
  const blocks = found.map((each): Block | null => {
    const kind = kinds(each.address, each.kind)
    if (kind === null) return null
    return { script: inFolder(each.folder, kind.takeBack(each.key as never)), what: each.address }
  })
  const outputs = await session.exchange(blocks.filter((block) => block !== null))
  let next = 0
  return found.map(({ address, kind }, index) => {
    if (blocks[index] === null) return { address, error: noKind(address, kind) }
    const output = outputs[next++]
    if (output?.code === 0) return { address, error: null }
    if (output === undefined) throw new TypeError('the host gave no answer')
    const failed = { what: 'taking it back', user: session.user, limit: undefined }
    return { address, error: actionFailure(address, failed, output) }
  })
}

const noKind = (address: Address, kind: string): FettleError =>
  new FettleError('action-failed', {
    address,
    message: `nothing here knows how to bring back what was kept as ${kind}`,
    remedy: 'use the version of Fettle, and of its resources, that has made the change',
  })

/** What a run has kept, the newest first. */
async function keptBy(session: Session, run: string): Promise<readonly Found[]> {
  const script = lines([shellFunctions(listText), sh`fettle_list_kept ${undoPlace} ${run}`])
  const [output] = await session.exchange([{ script, what: 'reading what was kept' }])
  if (output?.code !== 0)
    throw new FettleError('action-failed', {
      message: `what run ${run} has kept cannot be read`,
      detail: output?.stderr ?? '',
      remedy: `see ls ${undoPlace} on the host`,
    })
  return output.stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [folder = '', text = ''] = line.split('\t')
      return { ...record.parse(JSON.parse(text)), folder }
    })
    .reverse()
}
