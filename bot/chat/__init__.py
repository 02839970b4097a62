"""What people ask of Bifocal where they chat, without any platform's shapes.

A platform turns its slash commands, menus, buttons and forms into ``Chat``'s few calls, and draws
the ``Sheet`` that comes back. Rights are checked here, each time, whatever the platform let pass.
"""
