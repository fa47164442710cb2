import { counted } from '../core/counted.js'
import { showPlace, type SourcePlace } from './inventory.js'

/** Collects warnings; one that applies to several places is reported once. */
export class Warnings {
  readonly #given = new Map<string, { readonly place: SourcePlace; more: number }>()

  add(message: string, place: SourcePlace): void {
    const said = this.#given.get(message)
    if (said === undefined) this.#given.set(message, { place, more: 0 })
    else said.more++
  }

  get all(): readonly string[] {
    return [...this.#given].map(
      ([message, { place, more }]) => `${showPlace(place)}: ${message}${others(more)}`,
    )
  }
}

function others(count: number): string {
  if (count === 0) return ''
  return ` (and at ${counted(count, 'more place')})`
}
