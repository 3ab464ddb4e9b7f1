package dev.sluice.schema;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A right held on the database, Sluice's schema or an object in it.
 *
 * @param holder the role, or {@code PUBLIC}
 * @param object the object of the right
 * @param column the single column, or null if the right has none
 */
public record HeldRight(String holder, String privilege, String object, @Nullable String column) {
  /** A right on a whole table is expanded into one per column if columns can have that right. */
  private static final String ALL =
      """
      WITH held AS (
        SELECT (aclexplode(coalesce(datacl, acldefault('d', datdba)))).*,
          'database ' || datname AS object, NULL::name AS attname
        FROM pg_database WHERE datname = current_database()
        UNION ALL
        SELECT (aclexplode(nspacl)).*, 'schema ' || nspname, NULL
        FROM pg_namespace WHERE nspname = 'sluice'
        UNION ALL
        SELECT (aclexplode(attacl)).*, c.oid::regclass::text, attname
        FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        WHERE relnamespace = 'sluice'::regnamespace
        UNION ALL
        SELECT whole.grantor, whole.grantee, whole.privilege_type, whole.is_grantable, whole.object,
          attname
        FROM (
          SELECT (aclexplode(relacl)).*, oid::regclass::text AS object, oid AS relation
          FROM pg_class WHERE relnamespace = 'sluice'::regnamespace
        ) whole
        LEFT JOIN pg_attribute ON attrelid = relation AND attnum > 0 AND NOT attisdropped
          AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
      )
      SELECT DISTINCT coalesce(rolname, 'PUBLIC'), privilege_type, object, attname::text
      FROM held LEFT JOIN pg_roles ON pg_roles.oid = grantee
      WHERE grantee = 0 OR rolname = ANY (CAST(? AS text[]))
      """;

  /** Returns the rights of these roles and of PUBLIC. */
  public static Set<HeldRight> of(DSLContext sql, Collection<String> roles) {
    return sql.fetch(ALL, (Object) roles.toArray(String[]::new)).stream()
        .map(row ->
            new HeldRight(
                row.get(0, String.class),
                row.get(1, String.class),
                row.get(2, String.class),
                row.get(3, String.class)))
        .collect(Collectors.toSet());
  }

  /** Returns one line per holder, like {@code sluice_app: DELETE on sluice.sender}. */
  public static List<String> lines(Collection<HeldRight> rights) {
    return rights.stream()
        .collect(
            groupingBy(
                HeldRight::holder,
                TreeMap::new,
                mapping(
                    right -> right.privilege() + " on " + right.object(),
                    Collectors.toCollection(TreeSet::new))))
        .entrySet()
        .stream()
        .map(held -> held.getKey() + ": " + String.join(", ", held.getValue()))
        .toList();
  }
}
