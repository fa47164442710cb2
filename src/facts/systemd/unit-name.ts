import { z } from 'zod'
import { line } from '../../core/schemas.js'

const types = 'service|socket|device|mount|automount|swap|target|path|timer|slice|scope'

/** A unit's name (systemd.unit(5)): letters, digits and `:_.\@-`, with its type at the end. */
export const unitName = line
  .max(255)
  .regex(
    new RegExp(`^[A-Za-z0-9:_.\\\\@-]+\\.(${types})$`),
    'must be the name of a unit with its type, such as app.service',
  )

const completed = (name: string): string =>
  new RegExp(`\\.(${types})$`).test(name) ? name : `${name}.service`

/** A unit's name that is completed as systemctl(1) does: without a type it is a service's. */
export const completedUnitName = z.preprocess(
  (given) => (typeof given === 'string' ? completed(given) : given),
  unitName,
)

/** Whether it is a template such as `app@.service`, which cannot run itself. */
export const isTemplate = (name: string): boolean => /@\.[a-z]+$/.test(name)
