/** Names in a sentence: `a, b and c`. Of more than `max` names only so many, and how many more. */
export function listed(names: readonly string[], max = 3): string {
  const shown = names.slice(0, max)
  if (names.length > max) shown.push(`${String(names.length - max)} more`)
  const last = shown.pop() ?? ''
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`
}
