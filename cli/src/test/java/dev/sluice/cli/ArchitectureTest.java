package dev.sluice.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between modules, and that each service has one door. */
class ArchitectureTest {
  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.sluice");

  @Test
  void importsRunOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("schema")
        .definedBy("dev.sluice.schema..")
        .layer("producer")
        .definedBy("dev.sluice.producer..")
        .layer("worker")
        .definedBy("dev.sluice.worker..")
        .layer("status-aggregator")
        .definedBy("dev.sluice.aggregator..")
        .layer("console")
        .definedBy("dev.sluice.console..")
        .layer("local")
        .definedBy("dev.sluice.local..")
        .layer("cli")
        .definedBy("dev.sluice.cli..")
        .whereLayer("producer")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("worker")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("status-aggregator")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("console")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("local")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("schema")
        .mayNotAccessAnyLayer()
        .check(CODE);
  }

  @Test
  void theWorkerKnowsNoDatabase() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.worker..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.jooq..", "java.sql..", "javax.sql..", "dev.sluice.schema.jooq..")
        .check(CODE);
  }

  @Test
  void thePureRulesKnowNeitherKafkaClientsNorConnections() {
    classes()
        .that()
        .haveNameMatching(
            "dev\\.sluice\\.(worker\\.(OffsetWindow|OutcomePolicy|RetryPolicy|Pacer|PickAhead|Lane)"
                + "|producer\\.(WorkAhead|Cursor|SendingWindow)"
                + "|schema\\.(WindowCodec|RecipientStatus|MessageTemplate|MessageRules|WhatsAppMessage)"
                + "|aggregator\\.PendingBatch)")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages("org.apache.kafka.clients..", "org.jooq..", "java.sql..")
        .check(CODE);
  }

  @ParameterizedTest
  @CsvSource({
    "dev.sluice.producer, FanOut FanOutConfig",
    "dev.sluice.worker, Worker WorkerConfig RetryPolicy",
    "dev.sluice.aggregator, StatusAggregator StatusAggregatorConfig",
    "dev.sluice.console, Console ConsoleConfig WebhookConfig Bounds",
    "dev.sluice.cli, Sluice"
  })
  void aServiceHasOneDoorAndItsConfiguration(String room, String doors) {
    Set<String> open =
        CODE.stream()
            .filter(type -> type.getPackageName().equals(room))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(JavaClass::isTopLevelClass)
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toSet());

    assertThat(open).containsExactlyInAnyOrder(doors.split(" "));
  }
}
