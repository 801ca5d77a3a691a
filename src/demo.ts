/**
 * The Worker with the simulated OpenD inside its gateway object: what `npm start` runs, and what can be deployed to try
 * it all without a brokerage login.
 */
export { GatewayObject } from '../durable-objects/demo-gateway-object.ts'
export { default } from './index.ts'
