/** Whether this is a demonstration: its server writes into the page who one can be there, and no other does. */
export const isDemo = (): boolean => document.getElementById('demo-logins') !== null
