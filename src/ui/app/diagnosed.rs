//! The diagnostics, over the panels of an open workspace.

use eframe::egui::Ui;

use super::Window;

impl Window {
    /// Draws the diagnostics where they are open, and sets the limit of memory that is chosen there.
    pub(super) fn diagnose(&mut self, ui: &Ui) {
        let may = self.situation().open;
        let Some(open) = self.open.as_ref().filter(|_| may) else { return self.diagnostics.forget() };
        let waiting = self.last.waiting > 0;
        if let Some(memory) = self.diagnostics.ui(ui, &open.session, self.settings.memory_mib, waiting) {
            let bytes = memory.map(|mib| u64::from(mib) << 20);
            self.settings.memory_mib = memory;
            self.jobs.bound_memory(bytes);
            open.session.desk.bound_memory(bytes);
        }
    }
}
