import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.Target;

/**
 * Applies the migrations to a throw-away PostgreSQL and generates jOOQ's tables from it, so that
 * the code can never disagree with the migrations. Does nothing when neither has changed.
 */
public final class GenerateTables {
  public static void main(String[] arguments) throws Exception {
    Path migrations = Path.of(arguments[0]);
    Path target = Path.of(arguments[1]);
    String fingerprint = fingerprint(migrations);
    Path stamp = target.resolve("fingerprint.txt");
    if (Files.exists(stamp) && Files.readString(stamp).equals(fingerprint)) {
      return;
    }
    deleteTree(target);
    Files.createDirectories(target);
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
      String url = postgres.getJdbcUrl("postgres", "postgres");
      try (var connection = postgres.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        statement.execute("CREATE ROLE sluice_app LOGIN");
      }
      Flyway.configure()
          .dataSource(url, "postgres", "postgres")
          .schemas("sluice")
          .placeholders(Map.of("appRole", "sluice_app"))
          .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
          .locations("filesystem:" + migrations)
          .load()
          .migrate();
      GenerationTool.generate(
          new Configuration()
              .withJdbc(new Jdbc().withUrl(url).withUser("postgres").withPassword("postgres"))
              .withGenerator(
                  new Generator()
                      .withDatabase(
                          new Database()
                              .withInputSchema("sluice")
                              .withExcludes("flyway_.*|status_rank")
                              .withForcedTypes(
                                  new ForcedType()
                                      .withName("INSTANT")
                                      .withIncludeTypes("timestamptz|timestamp.with.time.zone.*"),
                                  enumType("CampaignStatus", "campaign\\.status"),
                                  enumType("OnDoubt", "campaign\\.on_doubt"),
                                  enumType("RecipientStatus", "campaign_recipient\\.status")))
                      .withGenerate(new Generate().withGeneratedAnnotation(true))
                      .withTarget(
                          new Target()
                              .withPackageName("dev.sluice.schema.jooq")
                              .withDirectory(target.toString()))));
    }
    Files.writeString(stamp, fingerprint);
  }

  private static ForcedType enumType(String name, String column) {
    return new ForcedType()
        .withUserType("dev.sluice.schema." + name)
        .withEnumConverter(true)
        .withIncludeExpression(".*\\." + column);
  }

  private static String fingerprint(Path migrations) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    List<Path> files;
    try (var listing = Files.list(migrations)) {
      files = listing.sorted().toList();
    }
    for (Path file : files) {
      digest.update(file.getFileName().toString().getBytes());
      digest.update(Files.readAllBytes(file));
    }
    digest.update(
        Files.readAllBytes(
            migrations.resolve("../../../../codegen/java/GenerateTables.java").normalize()));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes ignored)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
