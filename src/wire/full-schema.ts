import rest from '../../proto/schema-rest.json' with { type: 'json' }
import { extendSchema } from './schema.ts'

/**
 * Import this file to add the messages that the API does not use. The deployed Worker does not import it: the schema
 * would be twice as large for calls that it never makes.
 */
extendSchema(rest)
