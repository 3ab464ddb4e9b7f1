/**
 * What Sluice promises, as objects, and the crashes under which it keeps them: roles run as JVMs of
 * their own and are killed.
 */
package dev.sluice.guarantees;
