/** Variables by their names: data, and Secrets. */
export type Variables = Readonly<Record<string, unknown>>

/** A group in an inventory that is written in TypeScript. */
export interface GroupShape {
  /** Variables of all its hosts. Left out: none. */
  readonly vars?: Variables
  /**
   * Its hosts with their own variables, by their names, which may be ranges. Left out: none of its
   * own.
   */
  readonly hosts?: Readonly<Record<string, Variables | null>>
  /** The groups in it, by their names. Left out: none. */
  readonly children?: InventoryShape
}

/**
 * An inventory in TypeScript: groups by their names, structured as in Ansible's YAML. A `.ts` file
 * exports it as its default, or a function, async or not, that returns it.
 */
export interface InventoryShape {
  readonly [group: string]: GroupShape | null
}
