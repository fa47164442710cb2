import { showPlace, type SourcePlace } from './inventory.js'

/** Collects warnings; one that applies to several places is reported once. */
export class Warnings {
  readonly #said = new Map<string, { readonly place: SourcePlace; more: number }>()

  add(message: string, place: SourcePlace): void {
    const said = this.#said.get(message)
    if (said === undefined) this.#said.set(message, { place, more: 0 })
    else said.more++
  }

  get all(): readonly string[] {
    return [...this.#said].map(
      ([message, { place, more }]) => `${showPlace(place)}: ${message}${others(more)}`,
    )
  }
}

function others(count: number): string {
  if (count === 0) return ''
  return ` (and at ${String(count)} more ${count === 1 ? 'place' : 'places'})`
}
