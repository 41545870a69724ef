// The GraphQL Foundation's audits of a server that speaks GraphQL over HTTP, as JSON: of each its id, its name, how it ended, and why.
import { auditServer } from 'graphql-http';

const found = await auditServer({ url: process.argv[2] });
console.log(JSON.stringify(found.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? null }))));
