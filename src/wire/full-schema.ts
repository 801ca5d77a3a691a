import rest from '../../proto/schema-rest.json' with { type: 'json' }
import { extendSchema } from './schema.ts'

/**
 * Importing this file adds the messages that the API does not use, so that all of OpenD's are known. The deployed Worker
 * leaves it out: it would carry twice the schema for calls that it never makes.
 */
extendSchema(rest)
