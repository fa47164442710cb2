import { z } from 'zod'
import { FettleError } from '../../core/errors.js'
import { nearest, suggestion } from '../../core/names/nearest.js'
import { showPlace, type Inventory } from '../inventory.js'
import { Warnings } from '../warnings.js'

/**
 * Warns of undeclared variables whose name is close to a declared one that the host lacks: its
 * default applies then, probably by a typing error. `ansible_*` and other undeclared variables are
 * ignored, since they may be for other task files. A schema that is no object, or accepts any name,
 * is not checked.
 * @throws FettleError `variable-undeclared` for such a name in `-e`
 */
export function undeclaredVariables(
  inventory: Inventory,
  schemas: readonly z.ZodType[],
): readonly string[] {
  const declared = new Set<string>()
  for (const schema of schemas) {
    const found = declaredNames(schema)
    if (found === null) return []
    for (const name of found) declared.add(name)
  }
  const undeclared = (name: string): boolean => !declared.has(name) && !name.startsWith('ansible_')
  const undeclaredSentence = (name: string): string =>
    `no play declares ${name}${suggestion(name, [...declared])}`
  for (const [name, place] of inventory.extraVars) {
    if (undeclared(name))
      throw new FettleError('variable-undeclared', {
        address: showPlace(place),
        message: `${showPlace(place)}: ${undeclaredSentence(name)}`,
      })
  }
  const warnings = new Warnings()
  const told = new Set<string>()
  for (const host of inventory.hosts.values()) {
    const unset = [...declared].filter((name) => !Object.hasOwn(host.vars, name))
    if (unset.length === 0) continue
    for (const name of Object.keys(host.vars).filter(undeclared)) {
      if (nearest(name, unset) === undefined) continue
      const place = host.place(name)
      if (place === null) continue
      const key = `${name} ${showPlace(place)}`
      if (told.has(key)) continue
      told.add(key)
      warnings.add(undeclaredSentence(name), place)
    }
  }
  return warnings.all
}

/**
 * The names that an object schema declares; null for another schema, or if it accepts other names
 * too.
 */
export function declaredNames(schema: z.core.$ZodType): readonly string[] | null {
  if (schema instanceof z.ZodObject) {
    const { catchall } = schema.def
    const acceptsOthers = catchall !== undefined && !(catchall instanceof z.ZodNever)
    return acceptsOthers ? null : Object.keys(schema.shape)
  }
  if (schema instanceof z.ZodPipe) return declaredNames(schema.def.in)
  if (schema instanceof z.ZodIntersection) {
    const sides = [declaredNames(schema.def.left), declaredNames(schema.def.right)]
    return sides.includes(null) ? null : sides.flatMap((names) => names ?? [])
  }
  return null
}
