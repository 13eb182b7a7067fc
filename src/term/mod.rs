//! Raw mode, restore, output, prompt, capabilities, clipboard routes.
