import type { Argument, Command, Option } from 'commander'

/** A word that could stand there, and what it means. */
export interface Candidate {
  readonly word: string
  readonly meaning: string
}

/** What could be the last of some words. */
export interface Completion {
  /** Words that begin with what was typed. */
  readonly candidates: readonly Candidate[]
  /** What else could stand there: the shell knows its files, the inventory its hosts. */
  readonly also: 'files' | 'folders' | 'hosts' | null
  /** What of the last word stays as it is, before a host: `--limit=`, `web:&`. */
  readonly before: string
  /** The inventories that were named so far. */
  readonly inventories: readonly string[]
}

/** What help shows in the place of a value says what it is. */
const kinds: Readonly<Record<string, Completion['also']>> = {
  FILE: 'files',
  PATH: 'files',
  DIR: 'folders',
  PATTERN: 'hosts',
  HOST: 'hosts',
}

const kindOf = (placeholder: string): Completion['also'] => kinds[placeholder] ?? null

/** The words before the last one, read as the command line reads them. */
class TypedWords {
  /** The option that still wants its value. */
  wants: Option | null = null
  #arguments = 0
  #onlyArguments = false
  readonly inventories: string[] = []

  constructor(public command: Command) {}

  read(word: string): void {
    if (this.wants !== null) this.#value(this.wants, word)
    else if (this.#onlyArguments || !word.startsWith('-') || word === '-') this.#argument(word)
    else if (word === '--') this.#onlyArguments = true
    else this.#flag(word)
  }

  #argument(word: string): void {
    const below = this.command.commands.find((one) => one.name() === word)
    if (below === undefined) this.#arguments += 1
    else this.command = below
  }

  #flag(word: string): void {
    const isLong = word.startsWith('--')
    const [flag = '', ...value] = isLong ? word.split('=') : shortFlag(this.command, word)
    const option = optionOf(this.command, flag)
    if (option === undefined || (!option.required && !option.optional)) return
    if (value.length > 0) this.#value(option, value.join('='))
    else if (option.required) this.wants = option
  }

  #value(option: Option, value: string): void {
    if (option.attributeName() === 'inventory') this.inventories.push(value)
    this.wants = null
  }

  get takesFlags(): boolean {
    return !this.#onlyArguments
  }

  /** The argument that comes next; the last one may take many words. */
  get argument(): Argument | undefined {
    const all = this.command.registeredArguments
    const last = all.at(-1)
    return all[this.#arguments] ?? (last?.variadic === true ? last : undefined)
  }
}

const optionOf = (command: Command, flag: string): Option | undefined =>
  command.options.find((option) => option.short === flag || option.long === flag)

/** `-bl`, `-lweb`: several flags, the last of which may have its value behind it. */
function shortFlag(command: Command, word: string): readonly string[] {
  for (let at = 1; at < word.length; at += 1) {
    const flag = `-${word.charAt(at)}`
    if (optionOf(command, flag)?.required !== true) continue
    const value = word.slice(at + 1)
    return value === '' ? [flag] : [flag, value]
  }
  return [word]
}

/**
 * What could be the last of these words, from the definitions that the command line itself is made
 * of.
 * @param words what stands behind `fettle`; the last one is under the cursor and may be empty
 */
export function completion(program: Command, words: readonly string[]): Completion {
  const reader = new TypedWords(program)
  for (const word of words.slice(0, -1)) reader.read(word)
  const typed = words.at(-1) ?? ''
  const { command, inventories, wants } = reader
  const answer = (given: Partial<Completion>, before = ''): Completion => ({
    candidates: [],
    also: null,
    before,
    inventories,
    ...given,
  })
  if (wants !== null) return answer(...valuesOf(wants, typed))
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? []
  const option = flag !== undefined && reader.takesFlags ? optionOf(command, flag) : undefined
  if (flag !== undefined && value !== undefined && option !== undefined)
    return answer(...valuesOf(option, value, `${flag}=`))
  if (typed.startsWith('-') && reader.takesFlags)
    return answer({ candidates: flagsOf(command).filter(({ word }) => word.startsWith(typed)) })
  const commands = commandsOf(command).filter(({ word }) => word.startsWith(typed))
  const { argument } = reader
  if (argument === undefined) return answer({ candidates: commands })
  const [given, before] = valuesOf(argument, typed)
  return answer({ ...given, candidates: [...commands, ...(given.candidates ?? [])] }, before)
}

const commandsOf = (command: Command): readonly Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((below) => below.name() !== 'help')
    .map((below) => ({ word: below.name(), meaning: below.description() }))

function flagsOf(command: Command): readonly Candidate[] {
  const options = command.createHelp().visibleOptions(command)
  return options.flatMap(({ long, short, description }) => {
    const words = [long, short].filter((word) => typeof word === 'string')
    return words.map((word) => ({ word, meaning: description }))
  })
}

/** What an option or an argument can be, and what of the typed word stays before it. */
function valuesOf(
  of: Option | Argument,
  typed: string,
  before = '',
): readonly [Partial<Completion>, string] {
  const placeholder = 'flags' in of ? (/[<[](\w+)/.exec(of.flags)?.[1] ?? '') : of.name()
  const choices = (of.argChoices ?? [])
    .filter((choice) => choice.startsWith(typed))
    .map((choice) => ({ word: `${before}${choice}`, meaning: '' }))
  const also = kindOf(placeholder)
  if (also !== 'hosts') return [{ candidates: choices, also }, before]
  // A pattern's earlier terms stay.
  const earlier = /^.*[:,&!]/s.exec(typed)?.[0] ?? ''
  return [{ candidates: choices, also }, `${before}${earlier}`]
}

/** Hosts and groups that the last term of a pattern could be. */
export const named = (
  names: readonly string[],
  { before }: Completion,
  typed: string,
): readonly Candidate[] =>
  names
    .map((name) => ({ word: `${before}${name}`, meaning: '' }))
    .filter(({ word }) => word.startsWith(typed))
