import { checkedId, line } from '../../core/options.js'

const types = 'service|socket|device|mount|automount|swap|target|path|timer|slice|scope'
const schema = line
  .max(255)
  .regex(
    new RegExp(`^[A-Za-z0-9:_.\\\\@-]+\\.(${types})$`),
    'must be the name of a unit with its type, such as app.service',
  )

/**
 * Checks a unit's name (systemd.unit(5)): letters, digits and `:_.\@-`, with its type at the end.
 */
export const checkedUnitName = (resourceType: string, name: string): string =>
  checkedId(resourceType, name, schema)

/** Completes a name as systemctl(1) does: without a type it is a service. */
export const completeUnitName = (name: string): string =>
  new RegExp(`\\.(${types})$`).test(name) ? name : `${name}.service`

/** Whether it is a template such as `app@.service`, which cannot run itself. */
export const isTemplate = (name: string): boolean => /@\.[a-z]+$/.test(name)
