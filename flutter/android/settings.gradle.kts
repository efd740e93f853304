rootProject.name = "sidekick_flutter"
