package dev.sluice.conformance;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the dependencies between modules, and that each service has a single entry point. */
class ArchitectureTest {
  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.sluice");

  private static final String[] CLIENTS = {
    "org.apache.kafka.clients..", "org.apache.hc..", "org.jooq..", "java.sql..", "java.net.http.."
  };

  @Test
  void importsRunOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("schema")
        .definedBy("dev.sluice.schema..")
        .layer("runtime")
        .definedBy("dev.sluice.runtime..")
        .layer("providers")
        .definedBy("dev.sluice.providers..")
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
        .layer("demo")
        .definedBy("dev.sluice.demo..")
        .layer("benchmark")
        .definedBy("dev.sluice.benchmark..")
        .whereLayer("schema")
        .mayNotAccessAnyLayer()
        .whereLayer("runtime")
        .mayOnlyAccessLayers("schema")
        .whereLayer("providers")
        .mayOnlyAccessLayers("schema")
        .whereLayer("producer")
        .mayOnlyAccessLayers("schema", "runtime", "providers")
        .whereLayer("worker")
        .mayOnlyAccessLayers("schema", "runtime", "providers")
        .whereLayer("status-aggregator")
        .mayOnlyAccessLayers("schema", "runtime")
        .whereLayer("console")
        .mayOnlyAccessLayers("schema", "runtime", "providers")
        .whereLayer("local")
        .mayOnlyAccessLayers("schema", "runtime")
        .whereLayer("cli")
        .mayOnlyAccessLayers(
            "schema", "runtime", "providers", "producer", "worker", "status-aggregator", "console")
        .whereLayer("cli")
        .mayOnlyBeAccessedByLayers("demo", "benchmark")
        .whereLayer("local")
        .mayOnlyBeAccessedByLayers("demo", "benchmark")
        .whereLayer("demo")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("benchmark")
        .mayOnlyAccessLayers(
            "schema",
            "runtime",
            "providers",
            "producer",
            "worker",
            "status-aggregator",
            "local",
            "cli")
        .whereLayer("benchmark")
        .mayNotBeAccessedByAnyLayer()
        .check(CODE);
  }

  @Test
  void roomsMakeNoCircles() {
    slices()
        .matching("dev.sluice.(**)")
        .should()
        .beFreeOfCycles()
        .check(CODE.that(resideOutsideOfPackage("dev.sluice.schema.jooq..")));
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
  void whatFlowsAndIsStoredKnowsNoClient() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.schema..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "com.zaxxer.hikari..", "org.flywaydb..")
        .check(CODE);
  }

  /**
   * Kafka's packages outside its documented API may change without notice. Kafka Streams takes its
   * time from nobody but a {@code Time}, by a public constructor.
   */
  @Test
  void servicesUseKafkasPublicApiOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.sluice.local..")
        .and()
        .doNotHaveFullyQualifiedName("dev.sluice.runtime.kafka.SteadyTime")
        .and()
        .doNotHaveFullyQualifiedName("dev.sluice.runtime.kafka.StreamsApplication")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka.common.utils..", "org.apache.kafka..internals..")
        .check(CODE);
  }

  /** A JVM-wide setting affects everything else in the JVM, such as the demo's roles. */
  @Test
  void nobodySetsPropertiesOfTheWholeJvm() {
    noClasses()
        .should()
        .callMethod(System.class, "setProperty", String.class, String.class)
        .check(CODE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dev.sluice.providers",
        "dev.sluice.providers.spi",
        "dev.sluice.providers.whatsapp",
        "dev.sluice.producer.state",
        "dev.sluice.worker.pacing",
        "dev.sluice.worker.breaker"
      })
  void thePurePackagesKnowNeitherClientsNorConnections(String packageName) {
    classes()
        .that()
        .resideInAPackage(packageName)
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages(CLIENTS)
        .check(CODE);
  }

  /** All classes of these packages but those that are named. */
  @ParameterizedTest
  @CsvSource({
    "dev.sluice.schema, HeldRight Reasons",
    "dev.sluice.producer, DatabaseGauge FanOut OversizedRequests",
    "dev.sluice.producer.quota, LagReader LaneConsumer LeastInSync LogEnds RequestLog",
    "dev.sluice.producer.sql, CampaignStanding DailyLimit DatabaseFault FanOutRepositories"
        + " FrequencyCaps RecipientPages RecipientZones SqlCampaignRepository SqlCampaignStarts"
        + " SqlRecipientPages SqlResendRepository",
    "dev.sluice.worker, KafkaRequestSource PartitionAssignment PartitionState Rehearsal"
        + " RequestReader RequestSource SendLoop SendTransaction SenderMeters UnsentRecord Worker"
        + " WorkerMeters",
    "dev.sluice.aggregator, Fault Flush StatusAggregator StatusStatement",
  })
  void onlyTheNamedClassesOfAMixedPackageKnowClientsOrConnections(
      String packageName, String adapters) {
    Set<String> named = Set.of(adapters.split(" "));
    classes()
        .that()
        .resideInAPackage(packageName)
        .and(describe("are not named", (JavaClass type) -> !named.contains(topLevel(type))))
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages(CLIENTS)
        .check(CODE);
  }

  private static String topLevel(JavaClass type) {
    return type.getName().substring(type.getPackageName().length() + 1).replaceFirst("\\$.*", "");
  }

  @Test
  void routesContainNoSql() {
    noClasses()
        .that()
        .haveSimpleNameEndingWith("Routes")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.jooq..", "java.sql..")
        .check(CODE);
  }

  /**
   * What is public there is for the service's other packages, and for the simulation, which runs
   * the services' own classes. The repair commands read {@code producer.state}.
   */
  @ParameterizedTest
  @CsvSource({
    "dev.sluice.console.., dev.sluice.console.*..",
    "dev.sluice.worker.., dev.sluice.worker.*..",
    "dev.sluice.producer.., dev.sluice.producer.quota..",
    "dev.sluice.producer.., dev.sluice.producer.sql..",
    "dev.sluice.aggregator.., dev.sluice.aggregator.rows..",
  })
  void onlyTheDoorOfAServiceIsUsedElsewhere(String service, String rooms) {
    noClasses()
        .that()
        .resideOutsideOfPackages(service, "dev.sluice.benchmark.simulation..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(rooms)
        .check(CODE);
  }

  @ParameterizedTest
  @CsvSource({
    "dev.sluice.producer, FanOut FanOutConfig",
    "dev.sluice.worker, Worker WorkerConfig RetryPolicy",
    "dev.sluice.aggregator, StatusAggregator StatusAggregatorConfig",
    "dev.sluice.console, Console ConsoleConfig WebhookConfig WebhookOutConfig Bounds Users",
  })
  void aServiceHasOneDoorAndItsConfiguration(String packageName, String doors) {
    Set<String> open =
        CODE.stream()
            .filter(type -> type.getPackageName().equals(packageName))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(JavaClass::isTopLevelClass)
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toSet());

    assertThat(open).containsExactlyInAnyOrder(doors.split(" "));
  }
}
