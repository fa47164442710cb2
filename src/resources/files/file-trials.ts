import { split } from '../../core/enter.js'
import { request } from '../../core/later.js'
import { FileInput, inputLength } from '../../core/sh.js'
import { sizeText } from '../../core/size-text.js'
import { trial, type Trial, type Verdict } from '../../core/trial.js'
import { groupFact } from '../../facts/accounts/group.js'
import { userFact } from '../../facts/accounts/user.js'
import type { PathEntry } from '../../facts/files/path.js'
import { roomFact, type Room } from '../../facts/files/room.js'
import {
  isRefused,
  mostTried,
  validationFact,
  type Validated,
} from '../../facts/files/validation.js'
import type { Content, FileContent } from './content.js'
import { placeTrials, type PlaceUse } from './place-trials.js'
import { judgeOf, type FileToWrite, type Judge } from './write-file.js'

/** Whether chown(1) looks a name up: digits may also be an id. */
const isName = (account: string | number | undefined): account is string =>
  typeof account === 'string' && !/^\d+$/.test(account)

const missing =
  (kind: 'user' | 'group', name: string) =>
  (found: unknown): Verdict =>
    found === null
      ? { refused: `there is no ${kind} ${name}`, remedy: `add ${kind}('${name}') before this` }
      : null

/** Find out whether the owner and the group of a path exist. */
export function accountTrials(
  owner: string | number | undefined,
  group: string | number | undefined,
): readonly Trial[] {
  const trials: Trial[] = []
  if (isName(owner)) {
    const wanted = request(userFact, { name: owner, password: false })
    trials.push(trial(wanted, missing('user', owner), { needs: [`user:${owner}`] }))
  }
  if (isName(group)) {
    const needs = [`group:${group}`] as const
    trials.push(trial(request(groupFact, group), missing('group', group), { needs }))
  }
  return trials
}

/** What a lack of room means for a file. */
function roomVerdict(path: string, room: Room | null): Verdict {
  if (room === null || room.lacks === null) return null
  const left = room.lacks === 'blocks' ? `${sizeText(room.free)} left` : 'no inodes left'
  return {
    refused: `there is no room for ${path}: the file system of ${split(path).directory} has ${left}`,
    remedy: 'remove something there, or choose another path',
  }
}

/**
 * Finds out whether the file system takes a file.
 * @param frees the bytes of the file that it replaces. Default: there is none
 */
function roomTrial(path: string, bytes: number, frees: number | null = null): Trial {
  // What is removed before may make room, and another directory may lie elsewhere.
  const needs = [`path:${split(path).directory}`, 'space:any'] as const
  return trial(request(roomFact, { path, bytes, frees }), (room) => roomVerdict(path, room), {
    needs,
    whenUnsure: 'warn',
  })
}

/**
 * Find out whether something can be put at a path.
 * @param bytes its size. Default 0, as for a link
 */
export const puttingTrials = (
  use: PlaceUse & { readonly does: 'make' | 'replace' },
  bytes = 0,
): readonly Trial[] => [
  ...accountTrials(use.owner, use.group),
  ...placeTrials(use),
  roomTrial(use.path, bytes),
]

/** Find out whether mode, owner and group of what is at a path can be changed. */
export const adjustingTrials = (use: Omit<PlaceUse, 'does'>): readonly Trial[] => [
  ...accountTrials(use.owner, use.group),
  ...placeTrials({ ...use, does: 'adjust' }),
]

/** The status of a program that was not found. */
const notFound = 127

/** What the words of a line mean that was tried in a folder of its own. */
function validity(path: string, { by, isAlone }: Judge, found: Validated | null): Verdict {
  if (!isRefused(found)) return null
  const { status, presentStatus, folder, words } = found
  if (status === notFound)
    return isAlone === true
      ? null
      : {
          refused: `${by} could not be run, so ${path} was not written`,
          remedy: 'add the package that has the program before this, or correct validate',
        }
  const detail = words.replaceAll(`${folder}/${split(path).name}`, path)
  const blamesOthers = (presentStatus ?? 0) !== 0 || detail.includes(folder)
  if (blamesOthers && isAlone !== true)
    return { note: `may fail: ${by} refuses it in a folder of its own` }
  return { refused: `${by} refused the new ${path}`, remedy: 'correct its content', detail }
}

function validationTrial(
  { path, mode, owner, group }: FileToWrite,
  content: Content,
  validate: string | Judge,
): Trial {
  const judge = typeof validate === 'string' ? judgeOf(validate) : validate
  const account = group === undefined ? owner : `${String(owner ?? '')}:${String(group)}`
  const key = { path, line: judge.line, content, mode }
  return trial(
    request(validationFact, account === undefined ? key : { ...key, account: String(account) }),
    (found) => validity(path, judge, found),
    judge.isAlone === true ? { needs: [] } : { whenUnsure: 'warn' },
  )
}

/**
 * Find out whether a file can be written, and would be valid.
 * @param entry the file that it replaces; null where there is none
 */
export function writingTrials(
  file: FileToWrite & { readonly content: FileContent },
  entry: PathEntry | null,
): readonly Trial[] {
  const { path, via, content, owner, group, validate } = file
  const bytes = inputLength(content)
  const uids = entry === null ? [] : [entry.uid]
  const trials = [
    ...placeTrials({ path, via, does: 'replace', uids, owner, group }),
    roomTrial(path, bytes, entry?.size),
  ]
  if (validate !== undefined && bytes <= mostTried && !(content instanceof FileInput))
    trials.push(validationTrial(file, content, validate))
  return trials
}
