-- Run once, when the database server is made: the tables' owner, who is no superuser and makes the
-- services' roles, and its database.
\getenv password SLUICE_OWNER_PASSWORD
CREATE ROLE sluice_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE sluice OWNER sluice_owner;
\connect sluice
-- Only a superuser can take these from everybody.
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea),
  lo_open(oid, integer), lo_put(oid, bigint, bytea), lowrite(integer, bytea) FROM PUBLIC;
