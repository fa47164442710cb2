import { tryTables } from './host-tables.js'

tryTables('bare')
